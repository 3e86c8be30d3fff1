/*
 * SteamSensor: connects a steam sensor to a platform and runs until it is told to stop (Ctrl-C, SIGTERM or -s).
 *
 *   SteamSensor -H host -p port -t thing [-P | -c ca.pem | -k] [-r ms] [-s seconds] [-v]
 *
 * The application key is read from the environment variable TW_APP_KEY or from the file named by -a, so that it does
 * not show in the process list.
 */
#include "twExt.h"

#include "SteamSensor.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct options {
	char *host;
	uint16_t port;
	char *thing;
	char *key_file;
	char *ca_file;
	char plain;
	char self_signed;
	char verbose;
	uint32_t rate_ms;
	int seconds;
};

static struct options options = {"localhost", 443, "SteamSensor1", NULL, NULL, FALSE, FALSE, FALSE, 1000, 0};
static volatile sig_atomic_t stop_requested;

static void on_signal(int number) {
	(void)number;
	stop_requested = 1;
}

static void usage(const char *program) {
	fprintf(stderr,
	        "usage: %s [-H host] [-p port] [-t thing] [-a key-file] [-P | -c ca.pem | -k] [-r ms] [-s seconds] [-v]\n"
	        "  -P  no encryption      -c  trust this CA or server certificate      -k  accept a self-signed certificate\n"
	        "  -r  milliseconds between two scans      -s  stop after so many seconds      -v  log every message\n"
	        "The application key comes from the file of -a or from the environment variable TW_APP_KEY.\n",
	        program);
}

static int parse(int argc, char **argv) {
	int option;
	while ((option = getopt(argc, argv, "H:p:t:a:c:Pkr:s:vh")) != -1) {
		switch (option) {
		case 'H': options.host = optarg; break;
		case 'p': options.port = (uint16_t)atoi(optarg); break;
		case 't': options.thing = optarg; break;
		case 'a': options.key_file = optarg; break;
		case 'c': options.ca_file = optarg; break;
		case 'P': options.plain = TRUE; break;
		case 'k': options.self_signed = TRUE; break;
		case 'r': options.rate_ms = (uint32_t)atoi(optarg); break;
		case 's': options.seconds = atoi(optarg); break;
		case 'v': options.verbose = TRUE; break;
		default: usage(argv[0]); return 2;
		}
	}
	return 0;
}

/* Asked for again at every connection attempt, so that a changed key is picked up. */
static void read_key(char *buffer, unsigned int size) {
	const char *from_environment = getenv("TW_APP_KEY");
	buffer[0] = '\0';
	if (options.key_file) {
		FILE *file = fopen(options.key_file, "r");
		if (!file) {
			TW_LOG(TW_ERROR, "cannot read the key file %s", options.key_file);
			return;
		}
		if (!fgets(buffer, (int)size, file)) buffer[0] = '\0';
		fclose(file);
		buffer[strcspn(buffer, "\r\n")] = '\0';
	} else if (from_environment) {
		strncpy(buffer, from_environment, size - 1);
		buffer[size - 1] = '\0';
	}
}

static void on_bind(char *thing, char is_bound, void *userdata) {
	(void)userdata;
	TW_LOG(TW_FORCE, "%s is %s", thing ? thing : "everything", is_bound ? "bound" : "not bound any more");
}

static void on_authenticated(char *kind, char *value, void *userdata) {
	(void)value; (void)userdata;
	TW_LOG(TW_FORCE, "authenticated with %s", kind);
}

static void on_synchronized(char *thing, twInfoTable *subscriptions, void *userdata) {
	(void)userdata;
	TW_LOG(TW_FORCE, "%s is synchronized, the platform wants %d properties", thing,
	       subscriptions ? twList_GetCount(subscriptions->rows) : 0);
}

static int configure(void) {
	int code = twApi_Initialize(options.host, options.port, TW_URI, read_key, NULL, MESSAGE_CHUNK_SIZE,
	                            MESSAGE_CHUNK_SIZE, TRUE);
	if (code != TW_OK) return code;
	if (options.plain) twApi_DisableEncryption();
	if (options.self_signed) twApi_SetSelfSignedOk();
	if (options.ca_file) code = twApi_LoadCACert(options.ca_file, 1);
	if (code != TW_OK) return code;
	twApi_RegisterOnAuthenticatedCallback(on_authenticated, TW_NO_USER_DATA);
	twApi_RegisterBindEventCallback(options.thing, on_bind, TW_NO_USER_DATA);
	twApi_RegisterSynchronizeStateEventCallback(options.thing, on_synchronized, TW_NO_USER_DATA);
	return steam_sensor_create(options.thing);
}

static void install_signal_handlers(void) {
	struct sigaction action;
	memset(&action, 0, sizeof(action));
	action.sa_handler = on_signal;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

int main(int argc, char **argv) {
	int code, waited = 0;

	if (parse(argc, argv)) return 2;
	install_signal_handlers();
	twLogger_SetLevel(options.verbose ? TW_TRACE : TW_INFO);
	twLogger_SetIsVerbose(options.verbose);
	setvbuf(stdout, NULL, _IOLBF, 0);

	code = configure();
	if (code != TW_OK) {
		TW_LOG(TW_ERROR, "cannot set up the sensor: %d", code);
		twApi_Delete();
		return 1;
	}
	code = twApi_Connect(CONNECT_TIMEOUT, 3);
	if (code != TW_OK) {
		TW_LOG(TW_ERROR, "cannot connect to %s:%u: %d", options.host, (unsigned)options.port, code);
		twApi_Delete();
		return 1;
	}

	twExt_Start(options.rate_ms, TW_THREADING_MULTI, 2);
	while (!stop_requested && (options.seconds == 0 || waited < options.seconds)) {
		sleep(1);
		waited++;
	}
	twExt_Stop();
	TW_LOG(TW_FORCE, "stopping after %lu scans", steam_sensor_scans());
	twApi_Disconnect("Sensor switched off");
	twApi_Delete();
	return 0;
}
