/*
 * One error as a person reads it: what failed, on which object, and what to do about it.
 * The caller owns the struct; every function that acts takes it last and fills it only on failure.
 */
#ifndef TWPROBE_ERR_H
#define TWPROBE_ERR_H

struct tw_err {
	char text[512];
};

/*
 * Writes the message and returns -code, so that a failing function can end in
 * "return tw_err_set(err, errno, ...)". @code is a positive errno; @err may be NULL.
 */
int tw_err_set(struct tw_err *err, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Puts "prefix: " in front of the message that is there. Returns @ret, for "return tw_err_in(...)". */
int tw_err_in(struct tw_err *err, int ret, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
