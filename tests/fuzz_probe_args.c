/*
 * The words of `twprobe probe`, one a line (or NUL): whatever they are, they are refused with a
 * message or become a row whose segments can be resolved and told in words.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/numbers.h"
#include "cmd/probe_args.h"
#include "fuzz_target.h"
#include "text/text.h"

enum {
	WORDS_MAX = 48
};

/* Each word is a block of its own, so that reading behind its end is noticed. */
static int cut(const uint8_t *data, size_t size, char *argv[WORDS_MAX + 1])
{
	const uint8_t *end = data + size, *at = data;
	int argc = 0;

	argv[argc++] = strdup("probe");
	while (at < end && argc < WORDS_MAX) {
		const uint8_t *stop = at;

		while (stop < end && *stop && *stop != '\n')
			stop++;
		argv[argc] = strndup((const char *)at, (size_t)(stop - at));
		must(argv[argc++]);
		at = stop + 1;
	}
	argv[argc] = NULL;
	return argc;
}

static void check_word(const char *word)
{
	static const enum tw_base bases[] = { TW_RCV_NXT, TW_SND_NXT, TW_TS_RECENT, TW_NUMBER };
	struct tw_err err = { "" };
	struct tw_val val, again;
	char text[64];
	uint8_t flags;

	for (size_t i = 0; i < sizeof(bases) / sizeof(*bases); i++) {
		if (tw_probe_val(word, bases[i], &val, &err) < 0) {
			must(err.text[0]);
			break;
		}
		must(val.base > TW_UNSET && val.base < TW_BASES);
		/* the notation of the reports is one of those that are understood */
		tw_text_val(&val, text, sizeof(text));
		must(tw_probe_val(text, TW_RCV_NXT, &again, &err) == 0);
		must(val.base == again.base && val.off == again.off);
	}
	err.text[0] = '\0';
	must(tw_probe_flags(word, &flags, &err) == 0 || err.text[0]);
}

static void check_step(const struct tw_step *step, enum tw_family family, uint32_t n)
{
	const struct tw_numbers numbers = { .rcv_nxt = n,
					    .snd_nxt = ~n,
					    .ts_recent = n * 3,
					    .dut_tsval = n * 5,
					    .dut_last = n * 7,
					    .ts = n & 1 };
	struct tw_seg seg = tw_send_resolve(&step->send, family, &numbers);
	char text[TW_TEXT_MAX];

	must(seg.flags == step->send.flags);
	must(seg.ttl && seg.win && seg.ecn <= 3);
	must(seg.len <= 1400);
	must(step->pause_ms <= 60000);
	must(tw_text_send(&step->send, text, sizeof(text))[0]);
	must(tw_text_seg(&seg, false, &numbers, text, sizeof(text))[0]);
}

static void check_row(const struct tw_probe_args *args, uint32_t n)
{
	const struct tw_given *given = &args->row.given;
	char text[TW_TEXT_MAX];

	must(args->family == TW_IPV4 || args->family == TW_IPV6);
	must(args->row.n_steps >= 1 && args->row.n_steps <= TW_STEPS_MAX);
	must(tw_case_steps(&args->row) == args->row.n_steps);
	for (unsigned i = 0; i < args->row.n_steps; i++)
		check_step(&args->row.step[i], args->family, n);
	for (unsigned i = 0; i < 3; i++)
		must(!given->sysctl[i].name || (*given->sysctl[i].name && *given->sysctl[i].value));
	must((unsigned)given->enter < TW_ENTERS && (unsigned)given->dut < TW_LISTENERS);
	tw_text_given(given, text, sizeof(text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *argv[WORDS_MAX + 1], *all[WORDS_MAX + 1];
	struct tw_probe_args args;
	struct tw_err err = { "" };
	uint32_t n = (uint32_t)size;
	int argc = cut(data, size, argv);

	for (size_t i = 0; i < size; i++)
		n = n * 31 + data[i];
	for (int i = 1; i < argc; i++)
		check_word(argv[i]);
	memcpy(all, argv, sizeof(all)); /* getopt_long() puts the words into another order */
	if (tw_probe_args_parse(argc, argv, &args, &err) == 0)
		check_row(&args, n);
	else
		must(err.text[0]);
	for (int i = 0; i < argc; i++)
		free(all[i]);
	return 0;
}
