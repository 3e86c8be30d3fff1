/*
 * ExtensionLibraries: a thing that is put together at run time, from the template "Tank" and the shapes "Meter" and
 * "Label", which come from two extension libraries. Runs until it is told to stop (Ctrl-C, SIGTERM).
 *
 *   ExtensionLibraries [-H host] [-p port] [-t thing] [-P | -c ca.pem] [-r ms]
 *
 * TWXLIB names the directory of libmeter.so and libtank.so; without it that is the folder "extensions" beside the program.
 * The application key is read from TW_APP_KEY.
 */
#include "twExt.h"
#include "twMacros.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct options {
	char *host;
	uint16_t port;
	char *thing;
	char *ca_file;
	char plain;
	uint32_t rate_ms;
};

static struct options options = {"localhost", 443, "Tank1", NULL, FALSE, 1000};
static volatile sig_atomic_t stop_requested;

static void on_signal(int number) {
	(void)number;
	stop_requested = 1;
}

static int parse(int argc, char **argv) {
	int option;
	while ((option = getopt(argc, argv, "H:p:t:c:Pr:")) != -1) {
		switch (option) {
		case 'H': options.host = optarg; break;
		case 'p': options.port = (uint16_t)atoi(optarg); break;
		case 't': options.thing = optarg; break;
		case 'c': options.ca_file = optarg; break;
		case 'P': options.plain = TRUE; break;
		case 'r': options.rate_ms = (uint32_t)atoi(optarg); break;
		default:
			fprintf(stderr, "usage: %s [-H host] [-p port] [-t thing] [-P | -c ca.pem] [-r ms]\n", argv[0]);
			return 2;
		}
	}
	return 0;
}

static void read_key(char *buffer, unsigned int size) {
	const char *key = getenv("TW_APP_KEY");
	snprintf(buffer, size, "%s", key ? key : "");
}

static void find_libraries(const char *program) {
	char directory[1024];
	const char *slash = strrchr(program, '/');
	snprintf(directory, sizeof(directory), "%.*sextensions/", slash ? (int)(slash + 1 - program) : 0, program);
	setenv("TWXLIB", directory, 0);
}

static int make_thing(void) {
	int code;
	if (!twExt_LoadExtensionLibrary("libmeter") || !twExt_LoadExtensionLibrary("libtank")) return TW_UNKNOWN_ERROR;
	code = twExt_CreateThingFromTemplate(options.thing, "Tank", "Meter", "Label", NULL);
	return code == TW_OK ? twApi_BindThing(options.thing) : code;
}

static int configure(const char *program) {
	int code = twApi_Initialize(options.host, options.port, TW_URI, read_key, NULL, MESSAGE_CHUNK_SIZE,
	                            MESSAGE_CHUNK_SIZE, TRUE);
	if (code != TW_OK) return code;
	if (options.plain) twApi_DisableEncryption();
	if (options.ca_file) code = twApi_LoadCACert(options.ca_file, 1);
	if (code != TW_OK) return code;
	find_libraries(program);
	return make_thing();
}

static void install_signal_handlers(void) {
	struct sigaction action;
	memset(&action, 0, sizeof(action));
	action.sa_handler = on_signal;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

int main(int argc, char **argv) {
	int code;

	if (parse(argc, argv)) return 2;
	install_signal_handlers();
	setvbuf(stdout, NULL, _IOLBF, 0);
	code = configure(argv[0]);
	if (code == TW_OK) code = twApi_Connect(CONNECT_TIMEOUT, CONNECT_RETRIES);
	if (code != TW_OK) {
		TW_LOG(TW_ERROR, "%s is not online: %d", options.thing, code);
		twApi_Delete();
		return 1;
	}
	/* The built-in tasker runs everything in one thread: callbacks and polled functions never meet. */
	twExt_Start(options.rate_ms, TW_THREADING_TASKER, 1);
	while (!stop_requested) sleep(1);
	twExt_Stop();
	twTasker_Stop();
	twApi_Disconnect("Tank switched off");
	twExt_Delete();
	twApi_Delete();
	return 0;
}
