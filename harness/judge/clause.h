/*
 * Names of clauses: "RFC 9293 3.10.7.4", "RFC 1337 3 F1". Pure.
 */
#ifndef TWPROBE_CLAUSE_H
#define TWPROBE_CLAUSE_H

/* The number of the RFC; 0: it is no clause of one. */
unsigned tw_clause_rfc(const char *clause);

/* What follows the number: "3.10.7.4", "" */
const char *tw_clause_section(const char *clause);

/* By number, then by section, part by part: 3.6 before 3.6.1 before 3.10. */
int tw_clause_compare(const char *a, const char *b);

/* 3: the same; 2: one is within the other; 1: the same RFC; 0: neither. */
unsigned tw_clause_near(const char *a, const char *b);

#endif
