/* The seeded simulation: invented people at a fake clock, on the real gateway in this process.  They arrive, ask, drop, come back,
 * change numbers, go home, are asked, answer, say STOP; staff move their cases on.  What must never be is looked at with every text
 * that leaves and every simulated day (tests/simulation/watch.c).
 *
 * First the runs of tests/simulation/seeds.txt, which failed once; then one more.  WASL_SIMULATION="1000 730" (people, days) is the
 * full size, WASL_SEED=N another seed; either alone, without the kept ones. */
#include "tests/simulation/clock.h"
#include "tests/simulation/house.h"
#include "tests/simulation/people.h"
#include "tests/simulation/sink.h"
#include "tests/simulation/staff.h"
#include "tests/simulation/watch.h"
#include "tests/unit/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PEOPLE = 120, DAYS = 730, RUNS_MAX = 32, STEP_MINUTES = 30 };

static void figures(void)
{
	const struct people_counts *p = &people_counts;
	printf("  %llu calls, %llu screens, %llu dropped, %llu repeated, %llu SMS in, %llu out (%llu first), %llu STOP, %llu "
	       "moved, %llu used"
	       " numbers\n",
	       (unsigned long long)p->dials, (unsigned long long)p->screens, (unsigned long long)p->drops,
	       (unsigned long long)p->repeats, (unsigned long long)p->sms_in, (unsigned long long)p->sms_out,
	       (unsigned long long)p->first_out, (unsigned long long)p->stops, (unsigned long long)p->moves,
	       (unsigned long long)p->recycled);
	printf("  %lld cases, %lld answers, %lld alerts, %lld tasks; staff: %llu steps, %llu departures, %llu returns, %llu "
	       "numbers\n",
	       (long long)house_count("SELECT count(*) FROM cases"), (long long)house_count("SELECT count(*) FROM answer"),
	       (long long)house_count("SELECT count(*) FROM alert"), (long long)house_count("SELECT count(*) FROM task"),
	       (unsigned long long)staff_counts.moved, (unsigned long long)staff_counts.departed,
	       (unsigned long long)staff_counts.returned, (unsigned long long)staff_counts.numbers);
	char waves[256], paused[64];
	printf("  check-ins: %s%s\n",
	       house_text("SELECT group_concat(outcome || ' ' || n, ', ') FROM (SELECT outcome, count(*) AS n FROM checkin GROUP BY"
			  " outcome ORDER BY outcome)",
			  waves, sizeof waves),
	       house_text("SELECT '; the schedule paused itself' FROM setting WHERE name LIKE 'schedule%paus%'", paused, sizeof paused));
}

/* Time goes to whatever is next: a person, the staff's morning, midnight, or half an hour for what the gateway does by
 * itself. */
static void live_until(int64_t end)
{
	int64_t next_step = sim_now();
	while (sim_now() < end) {
		int64_t person = people_next(), at = person < next_step ? person : next_step;
		sim_clock_set(at);
		if (at == person)
			people_act();
		else
			next_step += STEP_MINUTES * MINUTE_MS;
		house_settle();
		if (at != person && (at / MINUTE_MS) % (24 * 60) == 10 * 60)
			staff_day();
		if (at != person && at % DAY_MS == 0)
			watch_day();
	}
}

static bool simulate(uint64_t seed, unsigned people, unsigned days)
{
	int64_t begin = (sim_now() / DAY_MS + 1) * DAY_MS, end = begin + (int64_t)days * DAY_MS;
	sim_seed(seed);
	people_counts = (struct people_counts){ 0 };
	staff_counts = (struct staff_counts){ 0 };
	watch_reset();
	sim_clock_set(begin);
	house_open();
	sink_watch(watch_text, NULL);
	people_make(people, begin, end);
	live_until(end);
	watch_end();
	printf("seed %llu: %u people, %u days, %u broken\n", (unsigned long long)seed, people, days, watch_broken());
	figures();
	house_close();
	people_release();
	if (watch_broken())
		printf("  keep it: echo %llu %u %u >> tests/simulation/seeds.txt\n",
		       (unsigned long long)seed, people, days);
	return watch_broken() == 0;
}

struct run {
	unsigned long long seed;
	unsigned people, days;
};

static size_t kept_runs(struct run runs[RUNS_MAX])
{
	size_t count = 0;
	char line[128];
	FILE *f = fopen("tests/simulation/seeds.txt", "re");
	while (f && count < RUNS_MAX - 1 && fgets(line, sizeof line, f))
		count += sscanf(line, "%llu %u %u", &runs[count].seed, &runs[count].people, &runs[count].days) == 3;
	if (f)
		fclose(f);
	return count;
}

int main(void)
{
	struct run runs[RUNS_MAX], now = { 20280101, PEOPLE, DAYS };
	const char *size = getenv("WASL_SIMULATION"), *seed = getenv("WASL_SEED");
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (size && sscanf(size, "%u %u", &now.people, &now.days) != 2) {
		printf("WASL_SIMULATION is \"people days\"\n");
		return 64;
	}
	if (seed)
		now.seed = strtoull(seed, NULL, 10);
	size_t count = seed || size ? 0 : kept_runs(runs);
	runs[count++] = now;
	for (size_t i = 0; i < count; i++) {
		check_begin("seed %llu: nobody hears what they must not, nothing is lost, nothing is left in plain", runs[i].seed);
		CHECK(simulate(runs[i].seed, runs[i].people, runs[i].days));
	}
	return check_end();
}
