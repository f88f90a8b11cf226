#include "gateway/labels.h"

struct label {
	const char *code, *text;
};

static const struct label countries[] = {
	{ "AF", "Afghanistan" }, { "ZA", "Afrique du Sud" }, { "AL", "Albanie" }, { "DE", "Allemagne" },
	{ "DZ", "Algérie" }, { "AO", "Angola" }, { "SA", "Arabie saoudite" }, { "AR", "Argentine" },
	{ "AM", "Arménie" }, { "AU", "Australie" }, { "AT", "Autriche" }, { "AZ", "Azerbaïdjan" },
	{ "BH", "Bahreïn" }, { "BD", "Bangladesh" }, { "BE", "Belgique" }, { "BJ", "Bénin" }, { "BY", "Bélarus" },
	{ "BA", "Bosnie-Herzégovine" }, { "BW", "Botswana" }, { "BR", "Brésil" }, { "BG", "Bulgarie" },
	{ "BF", "Burkina Faso" }, { "BI", "Burundi" }, { "CM", "Cameroun" }, { "CA", "Canada" },
	{ "CV", "Cabo Verde" }, { "CF", "République centrafricaine" }, { "CL", "Chili" }, { "CN", "Chine" },
	{ "CY", "Chypre" }, { "CO", "Colombie" }, { "KM", "Comores" }, { "CG", "Congo" },
	{ "CD", "République démocratique du Congo" }, { "CI", "Côte d'Ivoire" }, { "HR", "Croatie" },
	{ "CU", "Cuba" }, { "DK", "Danemark" }, { "DJ", "Djibouti" }, { "DO", "République dominicaine" },
	{ "EG", "Égypte" }, { "AE", "Émirats arabes unis" }, { "EC", "Équateur" }, { "ER", "Érythrée" },
	{ "ES", "Espagne" }, { "EE", "Estonie" }, { "SZ", "Eswatini" }, { "US", "États-Unis" }, { "ET", "Éthiopie" },
	{ "FI", "Finlande" }, { "FR", "France" }, { "GA", "Gabon" }, { "GM", "Gambie" }, { "GE", "Géorgie" },
	{ "GH", "Ghana" }, { "GR", "Grèce" }, { "GN", "Guinée" }, { "GQ", "Guinée équatoriale" },
	{ "GW", "Guinée-Bissau" }, { "HT", "Haïti" }, { "HN", "Honduras" }, { "HU", "Hongrie" }, { "IN", "Inde" },
	{ "ID", "Indonésie" }, { "IQ", "Irak" }, { "IR", "Iran" }, { "IE", "Irlande" }, { "IS", "Islande" },
	{ "IL", "Israël" }, { "IT", "Italie" }, { "JP", "Japon" }, { "JO", "Jordanie" }, { "KZ", "Kazakhstan" },
	{ "KE", "Kenya" }, { "KW", "Koweït" }, { "XK", "Kosovo" }, { "LB", "Liban" }, { "LS", "Lesotho" },
	{ "LV", "Lettonie" }, { "LR", "Libéria" }, { "LY", "Libye" }, { "LT", "Lituanie" }, { "LU", "Luxembourg" },
	{ "MK", "Macédoine du Nord" }, { "MG", "Madagascar" }, { "MY", "Malaisie" }, { "MW", "Malawi" },
	{ "ML", "Mali" }, { "MT", "Malte" }, { "MA", "Maroc" }, { "MU", "Maurice" }, { "MR", "Mauritanie" },
	{ "MX", "Mexique" }, { "MD", "Moldavie" }, { "ME", "Monténégro" }, { "MZ", "Mozambique" },
	{ "NA", "Namibie" }, { "NP", "Népal" }, { "NE", "Niger" }, { "NG", "Nigéria" }, { "NO", "Norvège" },
	{ "OM", "Oman" }, { "UG", "Ouganda" }, { "PK", "Pakistan" }, { "PS", "Palestine" }, { "NL", "Pays-Bas" },
	{ "PH", "Philippines" }, { "PL", "Pologne" }, { "PT", "Portugal" }, { "QA", "Qatar" }, { "RO", "Roumanie" },
	{ "GB", "Royaume-Uni" }, { "RU", "Russie" }, { "RW", "Rwanda" }, { "ST", "Sao Tomé-et-Principe" },
	{ "SN", "Sénégal" }, { "RS", "Serbie" }, { "SL", "Sierra Leone" }, { "SK", "Slovaquie" },
	{ "SI", "Slovénie" }, { "SO", "Somalie" }, { "SD", "Soudan" }, { "SS", "Soudan du Sud" },
	{ "LK", "Sri Lanka" }, { "SE", "Suède" }, { "CH", "Suisse" }, { "SY", "Syrie" }, { "TZ", "Tanzanie" },
	{ "TD", "Tchad" }, { "CZ", "Tchéquie" }, { "TG", "Togo" }, { "TN", "Tunisie" }, { "TR", "Turquie" },
	{ "UA", "Ukraine" }, { "VE", "Venezuela" }, { "VN", "Viet Nam" }, { "YE", "Yémen" }, { "ZM", "Zambie" },
	{ "ZW", "Zimbabwe" },
};

static const struct label regions[] = {
	{ "MA-01", "Tanger-Tétouan-Al Hoceïma" }, { "MA-02", "L'Oriental" }, { "MA-03", "Fès-Meknès" },
	{ "MA-04", "Rabat-Salé-Kénitra" }, { "MA-05", "Béni Mellal-Khénifra" }, { "MA-06", "Casablanca-Settat" },
	{ "MA-07", "Marrakech-Safi" }, { "MA-08", "Drâa-Tafilalet" }, { "MA-09", "Souss-Massa" },
	{ "MA-10", "Guelmim-Oued Noun" }, { "MA-11", "Laâyoune-Sakia El Hamra" },
	{ "MA-12", "Dakhla-Oued Ed-Dahab" },
};

static const struct label vulnerabilities[] = {
	{ "VOT_POTENTIAL", "Victimes potentielles de traite" },
	{ "VOT_CONFIRMED", "Victimes de traite identifiées" }, { "UASC", "Enfants non accompagnés ou séparés" },
	{ "CHILD_IN_FAMILY", "Enfants en famille" }, { "MEDICAL", "Besoins médicaux" },
	{ "PREGNANT", "Femmes enceintes" }, { "DISABILITY", "Personnes handicapées" },
	{ "SINGLE_PARENT", "Parents isolés" }, { "GBV", "Survivants de violences basées sur le genre" },
	{ "ELDERLY", "Personnes âgées" }, { "DESTITUTE", "Personnes sans ressources" },
	{ "OTHER", "Autres vulnérabilités" },
};

static const struct label age_bands[] = {
	{ "U18", "Moins de 18 ans" }, { "18_39", "18 à 39 ans" }, { "40_59", "40 à 59 ans" },
	{ "60P", "60 ans et plus" },
};

static const struct label alerts[] = {
	{ "MINOR", "Mineur" }, { "URGENT_NEED", "Besoin urgent" }, { "KEYWORD_URGENT", "Mot URGENT" },
	{ "FEAR", "Crainte du retour" }, { "DANGER_WORD", "Mot de danger" }, { "UNREADABLE", "Réponses illisibles" },
	{ "COMPLAINT_FRAUD", "Plainte : argent demandé" }, { "COMPLAINT_PSEA", "Plainte : comportement grave" },
	{ "COMPLAINT", "Avis ou plainte" }, { "CHECKIN", "Suivi après le retour" },
	{ "NUMBER_CLAIM", "Changement de numéro" }, { "WRONG_PERSON", "Mauvaise personne" },
	{ "REVIEW", "À vérifier" }, { "QUALITY", "Qualité des réponses" }, { "CHANNEL", "Canal en panne" },
};

static const struct label tags[] = {
	{ "EUIOM_NA", "Initiative conjointe UE-OIM, Afrique du Nord" }, { "FORAS", "FORAS" },
	{ "ORION", "ORION (mentorat)" }, { "RDPP_NA", "PRDP Afrique du Nord" },
	{ "HEALTH_PROT", "Santé et protection" }, { "UASC", "Enfants non accompagnés ou séparés" },
};

static const struct label donors[] = {
	{ "EUIOM_NA", "Union européenne (Fonds fiduciaire d'urgence)" }, { "ORION", "Royaume-Uni (DFID)" },
	{ "RDPP_NA", "Union européenne" }, { "HEALTH_PROT", "Finlande" },
};

static const struct label states[] = {
	{ "AGE", "Âge" }, { "CONSENT1", "Consentement" }, { "CONSENT2", "Consentement" },
	{ "SAFE", "Appel sans risque" }, { "URGENT", "Besoin urgent" }, { "MINOR", "Mineur" }, { "COUNTRY", "Pays" },
	{ "COUNTRY_OTHER", "Autre pays" }, { "CITY", "Ville" }, { "GROUP", "Groupe" }, { "CHILDREN", "Enfants" },
	{ "SEX", "Sexe" }, { "DOCS", "Document de voyage" }, { "CALLLANG", "Langue d'appel" },
	{ "CALLTIME", "Heure d'appel" }, { "HEALTH", "Santé" }, { "NAME", "Nom" }, { "PIN", "Code" },
	{ "CONFIRM", "Confirmation" },
};

static const struct label languages[] = {
	{ "fr", "français" }, { "ar", "arabe" }, { "en", "anglais" }, { "es", "espagnol" },
};

static struct str find(const struct label *labels, size_t count, struct str code, struct str otherwise)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq_z(code, labels[i].code))
			return str_of(labels[i].text);
	return otherwise;
}
#define FIND(labels, code, otherwise) find(labels, sizeof(labels) / sizeof *(labels), code, otherwise)

static struct str or_unknown(struct str code)
{
	return code.len ? code : STR("n/d");
}

struct str label_country(struct str iso)
{
	return str_eq_z(iso, "ZZ") ? STR("n/d") : FIND(countries, iso, or_unknown(iso));
}

struct str label_region(struct str code)
{
	return FIND(regions, code, or_unknown(code));
}

struct str label_vulnerability(struct str code)
{
	return FIND(vulnerabilities, code, or_unknown(code));
}

struct str label_age_band(struct str code)
{
	return FIND(age_bands, code, STR("n/d"));
}

struct str label_alert(struct str kind)
{
	return FIND(alerts, kind, or_unknown(kind));
}

struct str label_tag(struct str tag)
{
	return FIND(tags, tag, tag);
}

struct str label_donor(struct str tag)
{
	return FIND(donors, tag, STR(""));
}

struct str label_state(struct str state)
{
	return FIND(states, state, or_unknown(state));
}

struct str label_language(struct str code)
{
	return FIND(languages, code, or_unknown(code));
}

bool label_is_vulnerability(struct str code)
{
	return FIND(vulnerabilities, code, STR("")).len > 0;
}
