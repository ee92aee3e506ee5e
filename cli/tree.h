/*
 * tree.h - a token as a protocol analyser shows it: a tree of named fields in the
 * order of the message, as far as it could be read.
 *
 * A node is {"name", "value", "children"}; value and children are left out where
 * there are none.  Everything in it is the client's claim.  Encrypted parts,
 * responses and checksums show their size and nothing else.
 */
#ifndef NGD_TREE_H
#define NGD_TREE_H

#include <jansson.h>
#include <stdio.h>

#include "token.h"

/* The nodes of a token, a list that the caller owns; empty where nothing could be read.  NULL: memory ran out. */
json_t *ngd_tree_of_token(const ngd_token_t *token);

/* Prints nodes with a "-" before those that have children, as Network Monitor does. */
void ngd_tree_print(const json_t *nodes, int depth, FILE *out);

#endif
