#!/usr/bin/env python3
"""Writes f1.csv, f2.csv and historic.csv beside itself: the published figures of 2020 as invented persons (domain.md 6.5).

Nobody in them exists.  What is published: 796 from Morocco, 604 men and 192 women, 8 potential victims of trafficking, Guinea,
Cote d'Ivoire, Cameroon, Senegal in this order, 40 countries; 148 to Morocco, 137 men, 10 women, 1 girl, 2 potential victims, 2 with
medical needs, Germany, Turkey, Greece, Bosnia and Herzegovina, and four regions in order.  The split of the rest is invented."""
import csv
import datetime
import os

HERE = os.path.dirname(os.path.abspath(__file__))
OTHERS = "ML NG CD CG BF BJ TG GH LR SL GM GW NE TD GA CF GQ SD ET ER SO KE UG RW BI TZ MG KM MR DZ TN EG PK BD PH LK".split()
NOT_GONE = [("NEW", 200), ("CONTACTING", 100), ("COUNSELLED", 104), ("WITHDRAWN", 120), ("WAITLIST", 80)]


def spread(counts):
    return [code for code, n in counts for _ in range(n)]


def write(name, head, rows):
    with open(os.path.join(HERE, name), "w", newline="", encoding="utf-8") as f:
        out = csv.writer(f, lineterminator="\n")
        out.writerow(head)
        out.writerows(rows)


def f1():
    head = ("direction status nationality return_country city sex age_band opened_on counselled_on departed_on withdrawn_on tags"
            " vulnerabilities").split()
    share = [136 // 36 + (1 if i < 136 % 36 else 0) for i in range(36)]
    countries = spread([("GN", 290), ("CI", 215), ("CM", 95), ("SN", 60)] + list(zip(OTHERS, share)))
    people = spread([(("M", "18_39"), 520), (("M", "40_59"), 74), (("M", "60P"), 10), (("F", "18_39"), 160), (("F", "40_59"), 30),
                     (("F", "60P"), 2)])
    cities = ["RABAT", "CASABLANCA", "OUJDA", "TANGER"]
    rows = []
    for i in range(796):
        sex, band = people[i * 17 % 796]  # 17 and 796 have no common divisor: each person once
        month, day = i % 12 + 1, i // 12 % 14
        opened = datetime.date(2020, month, 1 + day % 10)
        rows.append(["FROM_MA", "DEPARTED", countries[i], countries[i], cities[i % 4], sex, band, opened,
                     opened + datetime.timedelta(4), datetime.date(2020, month, 15 + day), "",
                     "FORAS EUIOM_NA" if i % 8 == 0 else "FORAS" if i % 2 == 0 else "", "VOT_POTENTIAL" if i % 100 == 7 else ""])
    for i, status in enumerate(spread(NOT_GONE)):
        opened = datetime.date(2020, i % 12 + 1, 1 + i % 25)
        rows.append(["FROM_MA", status, countries[i], "", cities[i % 4], people[i][0], people[i][1], opened,
                     opened + datetime.timedelta(3) if status == "COUNSELLED" else "", "",
                     opened + datetime.timedelta(2) if status == "WITHDRAWN" else "", "", ""])
    write("f1.csv", head, rows)


def f2():
    head = "direction status nationality host_country region sex age_band opened_on returned_on vulnerabilities".split()
    hosts = spread([("DE", 41), ("TR", 33), ("GR", 25), ("BA", 14), ("IT", 10), ("BE", 8), ("NL", 7), ("ES", 6), ("FR", 4)])
    regions = spread([("MA-06", 40), ("MA-04", 30), ("MA-03", 25), ("MA-05", 18), ("MA-07", 10), ("MA-09", 10), ("MA-02", 8), ("MA-01", 7)])
    people = spread([(("M", "18_39"), 100), (("M", "40_59"), 32), (("M", "60P"), 5), (("F", "18_39"), 10), (("F", "U18"), 1)])
    rows = []
    for i in range(148):
        sex, band = people[i]
        opened = datetime.date(2020, i % 12 + 1, 1 + i % 9)
        rows.append(["TO_MA", "RETURNED", "MA", hosts[i * 7 % 148], regions[i * 11 % 148], sex, band, opened, opened + datetime.timedelta(15),
                     {5: "VOT_POTENTIAL", 140: "VOT_POTENTIAL MEDICAL", 77: "MEDICAL"}.get(i, "")])
    write("f2.csv", head, rows)


def historic():
    head = "direction year_from year_to persons requests approximate source".split()
    rows = [("FROM_MA", 2015, 2015, 1399, "", "no", "OIM Maroc, bilan 2015"),
            ("FROM_MA", 2016, 2016, 1500, "", "yes", "OIM Maroc, rapport annuel 2018"),
            ("FROM_MA", 2017, 2017, 1733, "", "no", "OIM Maroc, rapport annuel 2018"),
            ("FROM_MA", 2018, 2018, 1508, "", "no", "OIM Maroc, rapport annuel 2018"),
            ("FROM_MA", 2022, 2022, 2457, 3552, "no", "OIM Maroc, rapport annuel 2022"),
            ("FROM_MA", 2005, 2020, 13800, "", "yes", "OIM Maroc, page AVRR"),
            ("TO_MA", 2014, 2014, 157, "", "no", "OIM Maroc, bilan 2015"),
            ("TO_MA", 2015, 2015, 161, "", "no", "OIM Maroc, bilan 2015"),
            ("TO_MA", 2018, 2018, 130, "", "no", "OIM Maroc, rapport annuel 2018"),
            ("TO_MA", 2005, 2020, 1829, "", "yes", "OIM Maroc, page AVRR")]
    write("historic.csv", head, rows)


f1()
f2()
historic()
