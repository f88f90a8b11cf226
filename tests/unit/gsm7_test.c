#include "flows/text/gsm7.h"

#include "flows/text/segment.h"
#include "flows/text/utf8.h"
#include "tests/unit/vectors.h"

#include <errno.h>
#include <string.h>

enum { CAP = 2048 };

static struct str hex(const unsigned char *bytes, size_t len, char storage[static 2 * CAP])
{
	struct buf b = buf_over(storage, 2 * CAP);
	buf_put_hex(&b, bytes, len);
	return buf_str(&b);
}

static size_t bytes_of(struct str hex_text, unsigned char out[static CAP])
{
	size_t n = 0;
	for (; 2 * n + 1 < hex_text.len; n++) {
		char pair[3] = { hex_text.at[2 * n], hex_text.at[2 * n + 1], 0 };
		out[n] = (unsigned char)strtoul(pair, NULL, 16);
	}
	return n;
}

static void encode_case(const json_t *c)
{
	unsigned char septets[CAP];
	char storage[2 * CAP];
	size_t count = 0;
	CHECK_INT(gsm7_encode(vector_str(c, "text"), septets, CAP, &count), 0);
	CHECK_INT(count, vector_int(c, "count"));
	CHECK_STR(hex(septets, count, storage), vector_str(c, "septets"));
	struct buf text = buf_over(storage, sizeof storage);
	CHECK_INT(gsm7_decode(septets, count, &text), 0);
	CHECK_STR(buf_str(&text), vector_str(c, "text"));
}

static void decode_case(const json_t *c)
{
	unsigned char septets[CAP];
	char storage[CAP];
	struct buf text = buf_over(storage, sizeof storage);
	CHECK_INT(gsm7_decode(septets, bytes_of(vector_str(c, "septets"), septets), &text), 0);
	CHECK_STR(buf_str(&text), vector_str(c, "text"));
}

/* The bodies behind a 6-octet header, cut where segment_plan() says: TP-UDL counts the header as 7 septets. */
static void concat_case(const json_t *c)
{
	static struct segments plan;
	struct str text = vector_str(c, "text");
	const json_t *parts = json_object_get(c, "tp_udl_and_body");
	const char *at = text.at, *end = text.at + text.len;
	size_t index = 0;
	CHECK_INT(segment_plan(text, &plan), 0);
	CHECK_INT(plan.count, json_array_size(parts));
	for (size_t i = 0; i < plan.count && i < json_array_size(parts); i++) {
		const char *from = at;
		for (; at < end && (i + 1 == plan.count || index < plan.starts[i + 1]); index++)
			(void)utf8_next(&at, end);
		if (plan.encoding == ENCODING_GSM7) {
			unsigned char septets[CAP];
			size_t count = 0;
			CHECK_INT(gsm7_encode(str_span(from, at), septets, CAP, &count), 0);
			CHECK_INT(count + 7, vector_int(json_array_get(parts, i), "udl"));
		}
	}
}

static void vectors(void)
{
	json_t *root = vectors_load("gsm7_bytes.json");
	const json_t *c;
	size_t i;
	json_array_foreach(json_object_get(root, "cases"), i, c) {
		struct str op = vector_str(c, "op");
		check_begin("gsm7_bytes %s", vector_id(c));
		if (str_eq_z(op, "encode"))
			encode_case(c);
		else if (str_eq_z(op, "decode"))
			decode_case(c);
		else
			concat_case(c);
	}
	json_decref(root);
}

static void check_table_row(const json_t *row, unsigned width)
{
	unsigned char septets[4], code[CAP];
	size_t count = 0;
	struct str text = vector_str(row, "char");
	if (str_eq_z(vector_str(row, "code"), "1B"))
		return;
	CHECK_INT(gsm7_encode(text, septets, sizeof septets, &count), 0);
	CHECK_INT(count, width);
	CHECK_INT(bytes_of(vector_str(row, "code"), code), width);
	CHECK(memcmp(code, septets, width) == 0);
}

static void table(void)
{
	json_t *root = vectors_load("gsm0338.json");
	const json_t *row;
	size_t i;
	check_begin("the alphabet is gsm0338.json's, and nothing else");
	json_array_foreach(json_object_get(root, "basic"), i, row)
		check_table_row(row, 1);
	json_array_foreach(json_object_get(root, "extension"), i, row)
		check_table_row(row, 2);
	unsigned one = 0, two = 0;
	for (int32_t c = 0; c < 0x110000; c++) {
		one += gsm7_width(c) == 1;
		two += gsm7_width(c) == 2;
	}
	CHECK_INT(one, 127);
	CHECK_INT(two, 10);
	json_decref(root);
}

static void refusals(void)
{
	unsigned char septets[4];
	size_t count = 0;
	check_begin("text.md 0.4: U+001B and U+0000 never pass the encoder");
	CHECK_INT(gsm7_encode(STR("\033e"), septets, sizeof septets, &count), -EILSEQ);
	CHECK_INT(gsm7_encode(STR("a\0b"), septets, sizeof septets, &count), -EILSEQ);
	CHECK_INT(gsm7_width(0x1B), 0);
	CHECK_INT(gsm7_width(0), 0);
	check_begin("small c with cedilla and the backtick are not in the alphabet");
	CHECK_INT(gsm7_width(0xE7), 0);
	CHECK_INT(gsm7_width(0xC7), 1);
	CHECK_INT(gsm7_width('`'), 0);
	check_begin("an escape pair is not cut by a full buffer");
	CHECK_INT(gsm7_encode(STR("abc€"), septets, sizeof septets, &count), -ENOBUFS);
}

int main(void)
{
	vectors();
	table();
	refusals();
	return check_end();
}
