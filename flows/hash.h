/* FNV-1a, 64 bit: tells versions of definitions and texts apart.  For identity only, never against an attacker. */
#ifndef FLOWS_HASH_H
#define FLOWS_HASH_H

#include "flows/flow.h"

uint64_t hash_start(void);
uint64_t hash_add(uint64_t hash, struct str s); /* s and its length: "ab","c" differs from "a","bc" */
void hash_hex(uint64_t hash, char out[VERSION_LEN + 1]);

#endif
