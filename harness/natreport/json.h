/*
 * The pieces of the JSON report. Each gives a new reference, or NULL when memory is out.
 */
#ifndef TWPROBE_NATREPORT_JSON_H
#define TWPROBE_NATREPORT_JSON_H

#include <jansson.h>

#include "nat/campaign.h"

json_t *tw_nat_json_setting(const struct tw_nat_setting *set);
json_t *tw_nat_json_trial(const struct tw_nat_trial *trial);
json_t *tw_nat_json_clocks(const struct tw_nat_clocks *clocks);
json_t *tw_nat_json_plane(const struct tw_nat_plane *plane);
json_t *tw_nat_json_steps(const struct tw_nat_steps *steps);
json_t *tw_nat_json_starving(const struct tw_nat_starving *starving);

json_t *tw_nat_json_load(const struct tw_nat_load *load);

json_t *tw_nat_json_rate(const struct tw_nat_rate *rate);
/* null for NAN and infinities. */
json_t *tw_nat_json_real(double value);

#endif
