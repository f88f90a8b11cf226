/* What makes a value of the configuration good.  Each check returns NULL, or what is wrong and what to write instead,
 * as the end of a sentence that begins with the value. */
#include "gateway/config_key.h"

#include <arpa/inet.h>
#include <string.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_name_char(char c)
{
	return is_digit(c) || is_upper(c) || is_lower(c) || c == '-' || c == '_';
}

static bool all(struct str s, bool (*good)(char))
{
	for (size_t i = 0; i < s.len; i++)
		if (!good(s.at[i]))
			return false;
	return true;
}

const char *check_token(struct str s)
{
	if (s.len >= 16 && s.len <= 128 && all(s, is_name_char))
		return NULL;
	return "must have 16 to 128 characters of A-Z a-z 0-9 - _; `wasl channel token` makes one";
}

const char *check_id(struct str s)
{
	if (s.len >= 1 && s.len <= 32 && all(s, is_name_char))
		return NULL;
	return "must have 1 to 32 characters of A-Z a-z 0-9 - _";
}

/* ISO 3166-1 alpha-2, as assigned in 2024 */
static const char countries[] =
	"AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV "
	"BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES "
	"ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE "
	"IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY "
	"MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU "
	"NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM "
	"SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE "
	"VG VI VN VU WF WS YE YT ZA ZM ZW ";

static bool is_country(struct str s)
{
	if (s.len != 2)
		return false;
	for (const char *at = countries; *at; at += 3)
		if (memcmp(at, s.at, 2) == 0)
			return true;
	return false;
}

const char *check_country(struct str s)
{
	if (is_country(s))
		return NULL;
	return "is no country code of ISO 3166-1; write two capital letters, such as \"MA\" or \"GN\"";
}

/* The programme's own regions are known by number (domain.md 1); of other countries only the form. */
const char *check_region(struct str s)
{
	uint64_t n;
	bool form = s.len >= 4 && s.len <= 6 && s.at[2] == '-' && is_country(str_slice(s, 0, 2));
	struct str tail = str_from(s, 3);
	for (size_t i = 0; form && i < tail.len; i++)
		form = is_digit(tail.at[i]) || is_upper(tail.at[i]);
	if (form && str_starts(s, STR("MA-")))
		form = tail.len == 2 && str_to_u64(tail, &n) && n >= 1 && n <= 12;
	return form ? NULL : "is no region of ISO 3166-2; write such as \"MA-04\" (Morocco has MA-01 to MA-12)";
}

const char *check_language(struct str s)
{
	if ((s.len == 2 || s.len == 3) && all(s, is_lower))
		return NULL;
	return "is no language code; write such as \"fr\", \"ar\", \"en\", \"es\"";
}

static bool is_zone_char(char c)
{
	return is_name_char(c) || c == '/' || c == '+';
}

const char *check_timezone(struct str s)
{
	bool slash = s.len > 0 && memchr(s.at, '/', s.len) && s.at[0] != '/' && s.at[s.len - 1] != '/';
	if (s.len <= 64 && all(s, is_zone_char) && (slash || str_eq_z(s, "UTC")))
		return NULL;
	return "is no time zone; write such as \"Africa/Casablanca\"";
}

const char *check_e164(struct str s)
{
	struct str digits = str_from(s, 1);
	if (s.len > 0 && s.at[0] == '+' && digits.len >= 7 && digits.len <= 15 && all(digits, is_digit) &&
	    digits.at[0] != '0')
		return NULL;
	return "is no phone number in international form; write + country code number, such as +212600000000";
}

const char *check_dialled(struct str s)
{
	struct str digits = str_starts(s, STR("+")) ? str_from(s, 1) : s;
	if (s.len == 0 || (digits.len >= 2 && digits.len <= 15 && all(digits, is_digit)))
		return NULL;
	return "must be digits as a person dials them, without spaces, such as \"0537652881\"";
}

const char *check_path(struct str s)
{
	return s.len <= 1024 ? NULL : "is too long for a path";
}

const char *check_sender(struct str s)
{
	return s.len == 0 || (s.len <= 32 && !check_one_line(s)) ? NULL : "must be one line of at most 32 bytes";
}

const char *check_one_line(struct str s)
{
	bool good = s.len >= 1 && s.len <= 160;
	for (size_t i = 0; good && i < s.len; i++)
		good = (unsigned char)s.at[i] >= 0x20 && s.at[i] != 0x7F;
	return good ? NULL : "must be one line of 1 to 160 bytes";
}

/* ---- hours */

static bool parse_clock(struct str s, unsigned *minutes)
{
	uint64_t hour, minute;
	if (s.len != 5 || s.at[2] != ':' || !str_to_u64(str_slice(s, 0, 2), &hour) ||
	    !str_to_u64(str_slice(s, 3, 5), &minute))
		return false;
	*minutes = (unsigned)(hour * 60 + minute);
	return minute < 60 && *minutes <= 24 * 60;
}

bool parse_hours(struct str s, struct hours *out)
{
	unsigned from, to;
	*out = (struct hours){ 0, 0 };
	if (s.len == 0)
		return true;
	if (s.len != 11 || s.at[5] != '-' || !parse_clock(str_slice(s, 0, 5), &from) ||
	    !parse_clock(str_slice(s, 6, 11), &to) || from == to || from == 24 * 60)
		return false;
	*out = (struct hours){ from, to };
	return true;
}

/* ---- addresses */

/* The text behind the last colon is a port, the rest is the host, brackets of IPv6 taken off. */
static bool split_host_port(struct str s, struct str *host, uint64_t *port)
{
	size_t colon = s.len;
	while (colon > 0 && s.at[colon - 1] != ':')
		colon--;
	if (colon == 0 || !str_to_u64(str_from(s, colon), port) || *port > 65535)
		return false;
	*host = str_slice(s, 0, colon - 1);
	return true;
}

static bool parse_address(struct str s, struct in6_addr *out, bool *is_v4)
{
	char z[64];
	struct in_addr v4;
	if (!str_copy(s, z, sizeof z))
		return false;
	*is_v4 = inet_pton(AF_INET, z, &v4) == 1;
	if (!*is_v4)
		return inet_pton(AF_INET6, z, out) == 1;
	*out = (struct in6_addr){ .s6_addr = { [10] = 0xFF, [11] = 0xFF } };
	memcpy(out->s6_addr + 12, &v4, 4);
	return true;
}

const char *check_listen(struct str s)
{
	struct str host = { NULL, 0 };
	uint64_t port;
	struct in6_addr address;
	bool is_v4, bracket = false;
	bool good = split_host_port(s, &host, &port);
	if (good && host.len > 2 && host.at[0] == '[' && host.at[host.len - 1] == ']') {
		bracket = true;
		host = str_slice(host, 1, host.len - 1);
	}
	if (good && parse_address(host, &address, &is_v4) && is_v4 != bracket)
		return NULL;
	return "is no address to listen on; write numbers such as \"127.0.0.1:8080\" or \"[::1]:8080\"";
}

const char *parse_net(struct str s, struct net *out)
{
	struct str rest = s, host, bits;
	uint64_t n = 0;
	bool is_v4;
	(void)str_split(&rest, '/', &host);
	if (!parse_address(host, &out->base, &is_v4))
		return "is no address range; write such as \"196.201.214.0/24\" or \"2001:db8::/32\"";
	unsigned most = is_v4 ? 32 : 128;
	if (!str_split(&rest, '/', &bits))
		n = most;
	else if (!str_to_u64(bits, &n) || n > most || rest.at)
		return is_v4 ? "must end with /0 to /32" : "must end with /0 to /128";
	out->bits = (unsigned)n + (is_v4 ? 96 : 0);
	for (unsigned i = out->bits; i < 128; i++)
		if (out->base.s6_addr[i / 8] & (0x80u >> i % 8))
			return "has bits set behind its prefix; write the network's first address, such as "
			       "\"196.201.214.0/24\"";
	return NULL;
}

/* ---- URLs */

static bool is_url_char(char c)
{
	return c > ' ' && c < 0x7F && !strchr("\"<>\\^`{|}", c);
}

static bool is_loopback_host(struct str host)
{
	struct in6_addr a;
	bool is_v4;
	if (str_eq_nocase(host, STR("localhost")) || str_eq(host, STR("[::1]")))
		return true;
	return parse_address(host, &a, &is_v4) && is_v4 && a.s6_addr[12] == 127;
}

const char *check_url(struct str s)
{
	static const char form[] = "is no URL; write such as \"https://gw.example.org\", without ? and #";
	if (s.len == 0)
		return NULL;
	bool plain = str_starts(s, STR("http://"));
	if (!plain && !str_starts(s, STR("https://")))
		return "must begin with https:// (http:// only for an address of this machine)";
	struct str rest = str_from(s, plain ? 7 : 8), host, port_part;
	if (s.len > 512 || !all(s, is_url_char) || memchr(rest.at, '?', rest.len) || memchr(rest.at, '#', rest.len) ||
	    memchr(rest.at, '@', rest.len))
		return form;
	(void)str_split(&rest, '/', &host);
	uint64_t port = 443;
	if (split_host_port(host, &port_part, &port))
		host = port_part;
	else if (host.len > 0 && host.at[host.len - 1] != ']' && memchr(host.at, ':', host.len))
		return form;
	if (host.len == 0 || port == 0)
		return form;
	if (plain && !is_loopback_host(host))
		return "must begin with https://: http:// is only for an address of this machine";
	return NULL;
}
