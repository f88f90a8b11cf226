// Codes of the contract, in the order in which people read them.

export const STATUSES = [
	"PARTIAL",
	"NEW",
	"ASSIGNED",
	"CONTACTING",
	"COUNSELLED",
	"ELIGIBILITY",
	"DOCS",
	"PROJECT",
	"READY",
	"BOOKED",
	"DEPARTED",
	"RETURNED",
	"CLOSED",
	"WAITLIST",
	"ON_HOLD",
	"WITHDRAWN",
	"UNREACHABLE",
	"REFERRED_PROTECTION",
];
export const PRIORITIES = ["P1", "P2", "P3", "P4"];
export const CITIES = ["RABAT", "CASABLANCA", "OUJDA", "TANGER", "FES", "MARRAKECH", "AGADIR", "LAAYOUNE", "OTHER"];
export const SEXES = ["M", "F", "U"];
export const AGES = ["U18", "18_39", "40_59", "60P", "U"];
export const DOCUMENTS = ["YES", "NO", "EXPIRED", "OTHER"];
export const PREFERENCES = ["CALL_OK", "SHARED", "NO_CALL"];
export const LANGUAGES = ["fr", "en", "ar", "ff", "man", "wo", "es", "ber", "other"];
export const TIMES = ["MORNING", "AFTERNOON", "EVENING", "ANY"];
export const TASKS = ["CALL_BACK", "READ", "VERIFY_NUMBER", "ERASE", "CHECKIN_CALL", "OTHER"];
export const OUTCOMES = ["REACHED", "NO_ANSWER", "WRONG_PERSON", "NOT_SAFE", "REFUSED"];
export const CLOSINGS = [
	"DEPARTED",
	"COMPLETED",
	"WITHDRAWN",
	"NOT_ELIGIBLE",
	"LEFT_AREA",
	"DIED",
	"ABRUPT",
	"REMIGRATED",
	"FUNDING",
	"INSECURITY",
	"DUPLICATE",
	"UNREACHABLE",
	"CHILD_PROTECTION",
];
export const WAVES = ["ARR", "M1", "M3", "M6", "M12", "M18", "SPONT"];
export const LEVELS = ["URGENT", "HIGH", "NORMAL", "PROGRAMME", "DATA", "READ", "QUALITY"];
export const ROLES = ["operator", "counsellor", "protection", "psea", "me", "manager", "admin", "auditor"];
export const SERVICES = [
	"SHELTER",
	"HEALTH",
	"PSYCHOSOCIAL",
	"LEGAL",
	"PROTECTION",
	"FOOD",
	"TRAINING",
	"EMPLOYMENT",
	"EDUCATION",
	"BUSINESS",
	"COMMUNITY",
	"OTHER",
];
export const ALERT_OUTCOMES = ["HANDLED", "REFERRED", "FALSE_ALARM", "DUPLICATE"];
export const NEW_TASKS = ["CALL_BACK", "READ", "VERIFY_NUMBER", "OTHER"];
export const REGIONS = [
	"MA-01",
	"MA-02",
	"MA-03",
	"MA-04",
	"MA-05",
	"MA-06",
	"MA-07",
	"MA-08",
	"MA-09",
	"MA-10",
	"MA-11",
	"MA-12",
];
