/*
 * How long a blocking service call takes: round trips of twApi_InvokeService to a platform that answers at once.
 *
 *   invoke [-H host] [-p port] [-c ca.pem] [-t] [-n rounds] [-w rounds]
 *
 * The application key is read from the environment variable TW_APP_KEY. Without -c nothing is encrypted. With -t two
 * threads of the SDK pump it, as programs usually have it; else nobody does but the calls themselves. Only what the
 * original SDK declares is used, so that the two can be compared.
 */
#include "twExt.h"
#include "twThreads.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define CONNECT_MSEC 10000
#define CALL_MSEC 10000
/* The pace that the original needs; twedge wakes its threads when there is work. */
#define PUMP_MSEC 5

struct options {
	char *host;
	uint16_t port;
	char *ca_file;
	char threads;
	unsigned long rounds;
	unsigned long warm_up;
};

static struct options options = {"127.0.0.1", 8080, NULL, FALSE, 20000, 2000};

static int parse(int argc, char **argv) {
	int option;
	while ((option = getopt(argc, argv, "H:p:c:tn:w:")) != -1) {
		switch (option) {
		case 'H': options.host = optarg; break;
		case 'p': options.port = (uint16_t)atoi(optarg); break;
		case 'c': options.ca_file = optarg; break;
		case 't': options.threads = TRUE; break;
		case 'n': options.rounds = strtoul(optarg, NULL, 10); break;
		case 'w': options.warm_up = strtoul(optarg, NULL, 10); break;
		default:
			fprintf(stderr, "usage: %s [-H host] [-p port] [-c ca.pem] [-t] [-n rounds] [-w warm-up rounds]\n", argv[0]);
			return 2;
		}
	}
	return options.rounds > 0 ? 0 : 2;
}

static void read_key(char *buffer, unsigned int size) {
	const char *key = getenv("TW_APP_KEY");
	buffer[0] = '\0';
	if (key && strlen(key) < size) strcpy(buffer, key);
}

static double now_usec(void) {
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

static int call(void) {
	twInfoTable *result = NULL;
	int code = twApi_InvokeService(TW_RESOURCE, "CurrentSessionInfo", "GetCurrentUser", NULL, &result, CALL_MSEC, FALSE);
	if (code == TW_OK && !result) code = -1;
	if (result) twInfoTable_Delete(result);
	return code;
}

static int ascending(const void *left, const void *right) {
	double a = *(const double *)left, b = *(const double *)right;
	return (a > b) - (a < b);
}

/* The smallest value that a share of all values does not exceed. */
static double percentile(const double *sorted, unsigned long count, unsigned long percent) {
	return sorted[(count * percent + 99) / 100 - 1];
}

static int measure(double *times) {
	unsigned long round;
	int code;
	for (round = 0; round < options.warm_up; round++) {
		code = call();
		if (code != TW_OK) return code;
	}
	for (round = 0; round < options.rounds; round++) {
		double start = now_usec();
		code = call();
		if (code != TW_OK) return code;
		times[round] = now_usec() - start;
	}
	return TW_OK;
}

static int connect_to_platform(void) {
	int code = twApi_Initialize(options.host, options.port, TW_URI, read_key, NULL, MESSAGE_CHUNK_SIZE,
	                            MESSAGE_CHUNK_SIZE, FALSE);
	if (code != TW_OK) return code;
	if (!options.ca_file) twApi_DisableEncryption();
	else code = twApi_LoadCACert(options.ca_file, 1);
	return code == TW_OK ? twApi_Connect(CONNECT_MSEC, 1) : code;
}

static int run(double *times) {
	twThread *tasker = NULL, *handler = NULL;
	int code = connect_to_platform();
	if (code == TW_OK) {
		if (options.threads) {
			tasker = twThread_Create(twApi_TaskerFunction, PUMP_MSEC, NULL, TRUE);
			handler = twThread_Create(twMessageHandler_msgHandlerTask, PUMP_MSEC, NULL, TRUE);
		}
		code = measure(times);
		if (tasker) twThread_Delete(tasker);
		if (handler) twThread_Delete(handler);
		twApi_Disconnect("measured");
	}
	twApi_Delete();
	return code;
}

int main(int argc, char **argv) {
	double *times;
	int code;

	if (parse(argc, argv)) return 2;
	times = calloc(options.rounds, sizeof(*times));
	if (!times) return 1;
	twLogger_SetLevel(TW_ERROR);
	code = run(times);
	if (code != TW_OK) {
		fprintf(stderr, "%s:%u: %d\n", options.host, (unsigned)options.port, code);
		free(times);
		return 1;
	}
	qsort(times, options.rounds, sizeof(*times), ascending);
	printf("p50 %8.1f us   p99 %8.1f us   max %8.1f us\n", percentile(times, options.rounds, 50),
	       percentile(times, options.rounds, 99), times[options.rounds - 1]);
	free(times);
	return 0;
}
