"""A FLOIP Flow Results data package held against its specification (github.com/FLOIP/flow-results: specification.md, 1.0.0-rc1), for
files and for what the API serves alike.  problems() names each sentence of it that does not hold."""
import datetime
import re
import uuid

RFC3339 = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?[+-]\d\d:\d\d"  # an offset: UTC is +00:00, never Z
FIELDS = [("timestamp", "Timestamp", "datetime"), ("row_id", "Row ID", "string"), ("contact_id", "Contact ID", "string"),
          ("session_id", "Session ID", "string"), ("question_id", "Question ID", "string"), ("response", "Response", "any"),
          ("response_metadata", "Response Metadata", "object")]
TYPES = {"message", "select_one", "select_many", "numeric", "open", "text", "image", "video", "audio", "geo_point", "date", "time", "datetime"}


def descriptor_problems(package, api):
    wrong = []

    def must(what, holds):
        if not holds:
            wrong.append(what)

    must("profile", package.get("profile") == "flow-results-package")
    must("flow_results_specification_version", re.fullmatch(r"\d+\.\d+\.\d+(-[a-z0-9.]+)?", package.get("flow_results_specification_version", "")))
    for key in ("created", "modified"):
        must(key + " is RFC 3339", re.fullmatch(RFC3339, package.get(key, "")))
    must("modified is not before created", package["created"] <= package["modified"])
    must("id is a UUID of version 4", uuid.UUID(package["id"]).version == 4 and str(uuid.UUID(package["id"])) == package["id"])
    must("name", re.fullmatch(r"[a-z0-9._-]+", package.get("name", "")))
    must("title", isinstance(package.get("title"), str))
    must("exactly one resource", isinstance(package.get("resources"), list) and len(package["resources"]) == 1)
    resource = package["resources"][0]
    must("no data inside", "data" not in resource)
    must("access_method", resource.get("access_method") == ("api" if api else "file"))
    must("where the rows are", bool(resource.get("api_data_url" if api else "path")) and not resource.get("path" if api else "api_data_url"))
    must("mediatype, encoding", resource.get("mediatype") == "application/json" and resource.get("encoding") == "utf-8")
    schema = resource.get("schema", {})
    must("language is ISO 639-3", re.fullmatch(r"[a-z]{3}", schema.get("language", "")))
    must("the fields, in their order", [(f["name"], f["title"], f["type"]) for f in schema.get("fields", [])] == FIELDS)
    for name, q in schema.get("questions", {}).items():
        must(name + ": type", q.get("type") in TYPES)
        must(name + ": label", isinstance(q.get("label"), str) and q["label"])
        must(name + ": type_options", isinstance(q.get("type_options"), dict))
        if q.get("type") in ("select_one", "select_many"):
            choices = q["type_options"].get("choices")
            must(name + ": choices", isinstance(choices, list) and choices and all(isinstance(c, str) for c in choices)
                 and len(set(choices)) == len(choices))
        if q.get("type") == "numeric" and "range" in q["type_options"]:
            low, high = q["type_options"]["range"]
            must(name + ": range", low <= high)
        must(name + ": no other members", set(q) <= {"type", "label", "type_options", "semantic_labels", "is_personal_information",
                                                    "set_contact_property", "set_group_membership"})
    return wrong


def rows_problems(package, rows):
    wrong = []
    questions = package["resources"][0]["schema"]["questions"]
    if len({str(r[1]) for r in rows}) != len(rows):
        wrong.append("a row id stands twice")
    for r in rows:
        q = questions.get(r[4], {"type": None})
        options, answer = q.get("type_options", {}), r[5]
        fits = {"select_one": isinstance(answer, str) and answer in options.get("choices", []),
                "numeric": isinstance(answer, (int, float)) and not isinstance(answer, bool),
                "text": isinstance(answer, str)}.get(q["type"], False)
        if not (len(r) == 7 and re.fullmatch(RFC3339, r[0]) and all(isinstance(r[i], (int, str)) for i in (1, 2, 3))
                and fits and (r[6] is None or isinstance(r[6], dict))):
            wrong.append("row %s" % r)
        datetime.datetime.fromisoformat(r[0])
    return wrong


def problems(package, rows, api=False):
    return descriptor_problems(package, api) + rows_problems(package, rows)
