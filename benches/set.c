/*
 * How many property values a program can set a second, and what storing them costs: threads that call
 * twApi_SetSubscribedPropertyVTQ offline, with nothing on disk, a window, or every value on disk.
 *
 *   set [-d directory] [-m none|window|every] [-t threads] [-n sets of each thread] [-w milliseconds of the window]
 *
 * The directory is where the file of waiting values goes: a disk, not a file system in memory, or the figures say nothing.
 */
#include "twApi.h"
#include "twSubscribedProps.h"

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MAX_THREADS 64
/* Room for everything that is set. */
#define QUEUE_BYTES (256u << 20)

static char thing[] = "Bench";
static char property[] = "p";
static unsigned long sets = 2000;
static pthread_barrier_t start_line;

static void read_key(char *buffer, unsigned int size) { snprintf(buffer, size, "key"); }

static enum msgCodeEnum on_property(const char *entity, const char *name, twInfoTable **value, char is_write, void *data) {
	(void)entity, (void)name, (void)value, (void)is_write, (void)data;
	return TWX_SUCCESS;
}

static double now_usec(void) {
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

typedef struct {
	pthread_t thread;
	double *times;
	int code;
} Setter;

static void *run(void *argument) {
	Setter *setter = argument;
	unsigned long i;
	pthread_barrier_wait(&start_line);
	for (i = 0; i < sets; i++) {
		double start = now_usec();
		int code = twApi_SetSubscribedPropertyVTQ(thing, property, twPrimitive_CreateFromNumber((double)i), i + 1, "GOOD",
		                                          FALSE, FALSE);
		setter->times[i] = now_usec() - start;
		if (code != TW_OK) {
			setter->code = code;
			break;
		}
	}
	return NULL;
}

static int ascending(const void *left, const void *right) {
	double a = *(const double *)left, b = *(const double *)right;
	return (a > b) - (a < b);
}

static int measure(unsigned threads) {
	static Setter setters[MAX_THREADS];
	double *times = calloc(threads * sets, sizeof(*times)), began, took;
	unsigned i;
	int code = TW_OK;
	if (!times) return 1;
	pthread_barrier_init(&start_line, NULL, threads + 1);
	for (i = 0; i < threads; i++) {
		setters[i].times = times + i * sets;
		if (pthread_create(&setters[i].thread, NULL, run, &setters[i]) != 0) return 1;
	}
	began = now_usec();
	pthread_barrier_wait(&start_line);
	for (i = 0; i < threads; i++) {
		pthread_join(setters[i].thread, NULL);
		if (setters[i].code != TW_OK) code = setters[i].code;
	}
	took = now_usec() - began;
	qsort(times, threads * sets, sizeof(*times), ascending);
	if (code == TW_OK) {
		printf("%10.0f sets/s   p50 %8.1f us   p99 %8.1f us\n", threads * sets / took * 1e6, times[threads * sets / 2],
		       times[threads * sets * 99 / 100]);
	} else {
		fprintf(stderr, "a set has returned %d\n", code);
	}
	free(times);
	return code;
}

int main(int argc, char **argv) {
	const char *mode = "none";
	unsigned threads = 1, window = 100;
	int option, code;
	twcfg.offline_msg_store_dir = ".";
	while ((option = getopt(argc, argv, "d:m:t:n:w:")) != -1) {
		switch (option) {
		case 'd': twcfg.offline_msg_store_dir = optarg; break;
		case 'm': mode = optarg; break;
		case 't': threads = (unsigned)atoi(optarg); break;
		case 'n': sets = strtoul(optarg, NULL, 10); break;
		case 'w': window = (unsigned)atoi(optarg); break;
		default: return 2;
		}
	}
	if (threads < 1 || threads > MAX_THREADS || sets < 1) return 2;
	twcfg.offline_msg_queue_size = QUEUE_BYTES;
	twedge_store_every_value(strcmp(mode, "every") == 0);
	twedge_store_values_within(strcmp(mode, "window") == 0 ? window : 0);
	twLogger_SetLevel(TW_ERROR);
	code = twApi_Initialize("127.0.0.1", 1, TW_URI, read_key, NULL, MESSAGE_CHUNK_SIZE, MESSAGE_CHUNK_SIZE, FALSE);
	if (code == TW_OK) {
		code = twApi_RegisterProperty(TW_THING, thing, property, TW_NUMBER, NULL, "ALWAYS", 0, on_property, NULL);
	}
	if (code == TW_OK) code = measure(threads);
	/* What was set is of no use to the next run. */
	twSubscribedPropsMgr_PurgeChangesForThing(thing);
	twApi_Delete();
	return code == TW_OK ? 0 : 1;
}
