#include "flows/hash.h"

uint64_t hash_start(void)
{
	return 0xcbf29ce484222325u;
}

static uint64_t add_byte(uint64_t hash, unsigned char byte)
{
	return (hash ^ byte) * 0x100000001b3u;
}

uint64_t hash_add(uint64_t hash, struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		hash = add_byte(hash, (unsigned char)s.at[i]);
	for (unsigned i = 0; i < 4; i++)
		hash = add_byte(hash, (unsigned char)(s.len >> (8 * i)));
	return hash;
}

void hash_hex(uint64_t hash, char out[VERSION_LEN + 1])
{
	for (unsigned i = 0; i < VERSION_LEN; i++)
		out[i] = "0123456789abcdef"[hash >> (60 - 4 * i) & 15];
	out[VERSION_LEN] = '\0';
}
