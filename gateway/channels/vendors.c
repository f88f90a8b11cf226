/* The adapters that are descriptors: what the program ships (vendors/NAME.json) with what the channel says besides. */
#include "gateway/channels/vendors.h"

#include "flows/embedded.h"
#include "gateway/channels/descriptor.h"

#include <errno.h>
#include <string.h>

/* NULL: out of memory; the files themselves are proved by the tests. */
static json_t *shipped(const char *name)
{
	const struct embedded_file *file = vendor_files;
	while (file->name && strcmp(file->name, name) != 0)
		file++;
	return file->name ? json_parse((struct str){ file->bytes, file->len }, NULL) : NULL;
}

static int load(struct channel *channel, const struct descriptor_source *source, struct arena *arena, struct err *err)
{
	return source->root ? descriptor_load(channel, source, arena, err) : -ENOMEM;
}

static int load_shipped(struct channel *channel, const char *file, struct arena *arena, struct err *err)
{
	json_t *root = shipped(file);
	struct descriptor_source source = { .root = root, .path = "", .hooks = "hooks" };
	int rc = load(channel, &source, arena, err);
	json_decref(root);
	return rc;
}

static int prepare_mtn(struct channel *channel, struct arena *arena, struct err *err)
{
	return load_shipped(channel, "mtn.json", arena, err);
}

static int prepare_mtarget(struct channel *channel, struct arena *arena, struct err *err)
{
	return load_shipped(channel, "mtarget.json", arena, err);
}

static int prepare_hubtel(struct channel *channel, struct arena *arena, struct err *err)
{
	return load_shipped(channel, "hubtel.json", arena, err);
}

static int prepare_lam(struct channel *channel, struct arena *arena, struct err *err)
{
	json_t *root = shipped("lam.json"), *sms = json_object_get(json_object_get(root, "hooks"), "sms");
	struct str charset = channel_key(channel, "charset_in");
	struct descriptor_source source = { .root = root, .path = "", .hooks = "hooks" };
	if (charset.len && charset_named(charset) == CHARSET_UNKNOWN) {
		json_decref(root);
		return err_set(err, -EINVAL, "charset_in: is none that Wasl reads; write ISO-8859-1 or UTF-8");
	}
	int rc = charset.len && json_object_set_new(sms, "charset", json_from_str(charset)) ? -ENOMEM :
											      load(channel, &source, arena, err);
	json_decref(root);
	return rc;
}

/* ---- profiles */

/* "reply" in words, as the program's own profile sums it up, means that profile's reply. */
static bool means_shipped_reply(const json_t *shipped_profile, const json_t *reply)
{
	struct str summary = json_get_str(shipped_profile, "summary");
	return json_is_string(reply) && summary.at && str_eq(json_str(reply), summary);
}

/* The program's profile of that name with the members of the channel's over it; one that the program does not know must
 * say everything itself. */
static int add_profile(json_t *hooks, const json_t *known, const char *name, const json_t *own)
{
	const json_t *base = json_object_get(known, name);
	json_t *profile = base ? json_deep_copy(base) : json_object();
	const char *member;
	json_t *value;
	int rc = profile ? 0 : -1;
	if (rc == 0 && !base)
		rc = json_object_set_new(profile, "kind", json_string("ussd"));
	json_object_foreach((json_t *)(uintptr_t)own, member, value)
		if (rc == 0 && !(strcmp(member, "reply") == 0 && means_shipped_reply(base, value)))
			rc = json_object_set(profile, member, value);
	return json_object_set_new(hooks, name, profile) == 0 && rc == 0 ? 0 : -ENOMEM;
}

static int merge_profiles(json_t *root, const json_t *profiles)
{
	json_t *hooks = json_object();
	const char *name;
	json_t *own;
	int rc = hooks ? 0 : -ENOMEM;
	json_object_foreach((json_t *)(uintptr_t)profiles, name, own)
		if (rc == 0)
			rc = add_profile(hooks, json_object_get(root, "hooks"), name, own);
	return json_object_set_new(root, "hooks", hooks) == 0 ? rc : -ENOMEM;
}

static int prepare_profiles(struct channel *channel, const char *file, struct arena *arena, struct err *err)
{
	struct str written = channel_key(channel, "profiles");
	json_t *root = shipped(file), *profiles = written.len ? json_parse(written, NULL) : NULL;
	struct descriptor_source source = { .root = root, .path = "", .hooks = "profiles" };
	int rc = 0;
	if (written.len && !json_is_object(profiles))
		rc = err_set(err, -EINVAL, "profiles: must be an object: the name in the URL, and its fields");
	else if (profiles && root)
		rc = merge_profiles(root, profiles);
	if (rc == 0)
		rc = load(channel, &source, arena, err);
	json_decref(profiles);
	json_decref(root);
	return rc;
}

static int prepare_ussd_family(struct channel *channel, struct arena *arena, struct err *err)
{
	return prepare_profiles(channel, "ussd-family.json", arena, err);
}

static int prepare_orange_ussd(struct channel *channel, struct arena *arena, struct err *err)
{
	return prepare_profiles(channel, "orange-ussd.json", arena, err);
}

/* ---- generic: all of it in the configuration */

/* hmac_header, hmac_key and hmac_alg are the short way to write this proof. */
static json_t *hmac_proof(const struct channel *channel)
{
	if (channel_key(channel, "hmac_key").len == 0 && channel_key(channel, "hmac_header").len == 0)
		return NULL;
	return json_pack("[{s:s, s:s, s:s, s:s, s:s}]", "kind", "hmac", "place", "h:{{key:hmac_header}}", "key", "{{key:hmac_key}}",
			 "old", "{{key:hmac_key_old}}", "alg", "{{key:hmac_alg}}");
}

/* "inbound" is the one hook "in" of kind sms whose text must be there; "send" is the descriptor's. */
static json_t *short_form(const struct channel *channel)
{
	struct str inbound = channel_key(channel, "inbound"), send = channel_key(channel, "send");
	json_t *root = json_object(), *hook = inbound.len ? json_parse(inbound, NULL) : NULL;
	json_t *proof = hmac_proof(channel);
	int rc = 0;
	if (hook) {
		if (json_is_object(hook) && !json_object_get(hook, "kind"))
			rc |= json_object_set_new(hook, "kind", json_string("sms"));
		if (json_is_object(hook) && !json_object_get(hook, "text_required"))
			rc |= json_object_set_new(hook, "text_required", json_true());
		rc |= json_object_set_new(root, "hooks", json_pack("{s:o}", "in", hook));
	}
	if (send.len)
		rc |= json_object_set_new(root, "send", json_parse(send, NULL));
	if (proof)
		rc |= json_object_set_new(root, "auth", proof);
	if (rc == 0)
		return root;
	json_decref(root);
	return NULL;
}

static int check_hmac(const struct channel *channel, struct err *err)
{
	bool key = channel_key(channel, "hmac_key").len > 0, header = channel_key(channel, "hmac_header").len > 0;
	if (key == header)
		return 0;
	return err_set(err, -EINVAL, "%s: is missing beside the other of hmac_header and hmac_key", key ? "hmac_header" : "hmac_key");
}

static int prepare_generic(struct channel *channel, struct arena *arena, struct err *err)
{
	struct str whole = channel_key(channel, "descriptor");
	bool parts = channel_key(channel, "inbound").len || channel_key(channel, "send").len;
	struct err why = { .text = "" };
	if (whole.len && parts)
		return err_set(err, -EINVAL, "descriptor: stands beside inbound or send; write one or the other");
	if (!whole.len && !parts)
		return err_set(err, -EINVAL, "descriptor: is missing (or inbound and send): where an aggregator's fields stand");
	if (check_hmac(channel, err) != 0)
		return -EINVAL;
	json_t *root = whole.len ? json_parse_own(whole, &why) : short_form(channel);
	if (!root && whole.len)
		return err_set(err, -EINVAL, "descriptor: %s", why.text);
	struct descriptor_source source = whole.len ?
		(struct descriptor_source){ .root = root, .path = "descriptor", .hooks = "descriptor.hooks" } :
		(struct descriptor_source){ .root = root, .path = "", .hooks = "inbound", .one_hook = true };
	int rc = load(channel, &source, arena, err);
	json_decref(root);
	return rc;
}

/* ---- the table */

static const struct hook no_hooks[] = { { .name = NULL } }; /* they come from prepare() */
static const char *const mtn_keys[] = { "access_token", "client_id", "client_secret", NULL };
static const char *const mtarget_keys[] = { "!username", "!password", "!service_id", NULL };
static const char *const lam_keys[] = { "charset_in", NULL };
static const char *const no_keys[] = { NULL };
static const char *const profile_keys[] = { "{profiles", NULL };
/* What a descriptor may need of its own stands in the keys username to service_id: {{key:username}}. */
static const char *const generic_keys[] = { "{descriptor", "{inbound", "{send", "hmac_header", "hmac_key", "hmac_key_old",
					    "hmac_alg", "username", "password", "api_key", "api_secret", "access_token",
					    "client_id", "client_secret", "service_id", NULL };

#define OUT_AND_IN .decode = descriptor_decode, .reply = descriptor_reply, .recipients_per_call = 1, \
		   .compose = descriptor_compose, .classify = descriptor_classify, .hooks = no_hooks, \
		   .logs_in = descriptor_logs_in, .login = descriptor_login, .logged_in = descriptor_logged_in, \
		   .credit = descriptor_credit, .credited = descriptor_credited
#define IN_ONLY .decode = descriptor_decode, .reply = descriptor_reply, .recipients_per_call = 1, .hooks = no_hooks

const struct adapter mtn = { .name = "mtn", .keys = mtn_keys, .prepare = prepare_mtn, OUT_AND_IN };
const struct adapter mtarget = { .name = "mtarget", .keys = mtarget_keys, .prepare = prepare_mtarget, OUT_AND_IN };
const struct adapter lam = { .name = "lam", .keys = lam_keys, .prepare = prepare_lam, IN_ONLY };
const struct adapter hubtel = { .name = "hubtel", .keys = no_keys, .prepare = prepare_hubtel, IN_ONLY };
const struct adapter ussd_family = { .name = "ussd-family", .keys = profile_keys, .prepare = prepare_ussd_family, IN_ONLY };
const struct adapter orange_ussd = { .name = "orange-ussd", .keys = profile_keys, .prepare = prepare_orange_ussd, IN_ONLY };
const struct adapter generic = { .name = "generic", .keys = generic_keys, .prepare = prepare_generic, OUT_AND_IN,
				 .poll = descriptor_poll, .polled = descriptor_polled };
