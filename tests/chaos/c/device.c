/* chaos-device-c: what chaos-device is, by the C interface. Arguments and output are the same; see src/bin/chaos-device/options.rs. It
 * leaves the held property alone, keeps messages on disk, and does not deliver. */
#define _POSIX_C_SOURCE 200809L
#include "twApi.h"
#include "twOfflineMsgStore.h"
#include "twSubscribedProps.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* As in promise.rs. */
static char thing[] = "Chaos";
static char number_parameter[] = "number";
#define KEY "chaos-key"
#define PROXY_USER "chaos"
#define PROXY_PASSWORD "chaos-password"
#define EPOCH 1700000000000u

static struct {
    uint16_t port, http_proxy;
    char proxy_user, every_value, is_asynchronous;
    const char *directory, *ca;
    uint64_t first, seed;
    uint32_t duty_cycle, window;
} options;

/* --- numbers that were not promised yet ------------------------------------------------------------------------------------------ */

typedef struct {
    const char *channel;
    uint64_t number;
} Number;

typedef struct {
    Number *items;
    size_t count, room;
} Numbers;

static void add(Numbers *numbers, Number number) {
    if (numbers->count == numbers->room) {
        numbers->room = numbers->room ? 2 * numbers->room : 64;
        numbers->items = realloc(numbers->items, numbers->room * sizeof(Number));
        if (!numbers->items) {
            abort();
        }
    }
    numbers->items[numbers->count++] = number;
}

static void move(Numbers *to, Numbers *from) {
    size_t i;
    for (i = 0; i < from->count; i++) {
        add(to, from->items[i]);
    }
    from->count = 0;
}

/* Each line is one write: a kill leaves none of it or all. */
static void tell(Number number) {
    char line[64];
    int length = snprintf(line, sizeof(line), "accepted %s %" PRIu64 "\n", number.channel, number.number);
    if (write(STDOUT_FILENO, line, (size_t)length) != length) {
        abort();
    }
}

static void tell_all(Numbers *numbers) {
    size_t i;
    for (i = 0; i < numbers->count; i++) {
        tell(numbers->items[i]);
    }
    numbers->count = 0;
}

/* --- chance ---------------------------------------------------------------------------------------------------------------------- */

static uint64_t state;

static uint32_t below(uint32_t limit) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 33) % limit;
}

/* --- the connection -------------------------------------------------------------------------------------------------------------- */

static volatile sig_atomic_t stop;
/* For the thread that pumps: whether to be online, and whether the program is over. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int wants_online = 1, is_over;

static void set_flag(int *flag, int value) {
    pthread_mutex_lock(&mutex);
    *flag = value;
    pthread_mutex_unlock(&mutex);
}

static int is_set(const int *flag) {
    int value;
    pthread_mutex_lock(&mutex);
    value = *flag;
    pthread_mutex_unlock(&mutex);
    return value;
}

static void on_signal(int number) {
    (void)number;
    stop = 1;
}

static void app_key(char *buffer, unsigned int size) { snprintf(buffer, size, "%s", KEY); }

static void proxy_password(char *buffer, unsigned int size) { snprintf(buffer, size, "%s", PROXY_PASSWORD); }

static void be_quiet(enum LogLevel level, const char *timestamp, const char *message) {
    (void)level, (void)timestamp, (void)message;
}

static enum msgCodeEnum on_property(const char *entity, const char *name, twInfoTable **value, char is_write, void *data) {
    (void)entity, (void)name, (void)value, (void)is_write, (void)data;
    return TWX_NOT_IMPLEMENTED;
}

static void sleep_milliseconds(uint32_t milliseconds) {
    struct timespec pause = {milliseconds / 1000, (long)(milliseconds % 1000) * 1000000};
    nanosleep(&pause, NULL);
}

/* The loop of a program without a tasker of its own. */
static void *pump(void *unused) {
    int was_connected = 0;
    while (!is_set(&is_over)) {
        if (!is_set(&wants_online)) {
            was_connected = 0;
        } else if (!was_connected) {
            was_connected = twApi_Connect(twcfg.connect_timeout, 1) == TW_OK;
        }
        twApi_TaskerFunction(twGetSystemTime(TRUE), NULL);
        twMessageHandler_msgHandlerTask(twGetSystemTime(TRUE), NULL);
        sleep_milliseconds(5);
    }
    return unused;
}

/* --- pushing --------------------------------------------------------------------------------------------------------------------- */

static Numbers waiting;

/* Answers to asynchronous pushes, which may come before the push returns. */
typedef struct Answer {
    uint32_t id;
    int is_good;
    struct Answer *next;
} Answer;

static Answer *answers;

static int on_answer(uint32_t id, enum msgCodeEnum code, char *reason, twInfoTable *content) {
    Answer *answer = malloc(sizeof(*answer));
    (void)reason;
    if (!answer) {
        abort();
    }
    answer->id = id;
    answer->is_good = code == TWX_SUCCESS;
    pthread_mutex_lock(&mutex);
    answer->next = answers;
    answers = answer;
    pthread_mutex_unlock(&mutex);
    twInfoTable_Delete(content);
    return TW_OK;
}

/* 1 for success, 0 for anything else, -1 as long as there is no answer. */
static int take_answer(uint32_t id) {
    int is_good = -1;
    Answer **at, *found;
    pthread_mutex_lock(&mutex);
    for (at = &answers; *at && (*at)->id != id; at = &(*at)->next) {
    }
    if ((found = *at) != NULL) {
        is_good = found->is_good;
        *at = found->next;
        free(found);
    }
    pthread_mutex_unlock(&mutex);
    return is_good;
}

/* An asynchronous push that is not answered in full. */
typedef struct Open {
    Numbers numbers;
    uint32_t *ids;
    size_t left;
    int is_good;
    struct Open *next;
} Open;

static Open *open_pushes;

/* Takes over what was answered: promises values, or has the next push send them. */
static void settle(void) {
    Open **at = &open_pushes;
    while (*at) {
        Open *open = *at;
        size_t i = 0;
        while (i < open->left) {
            int is_good = take_answer(open->ids[i]);
            if (is_good < 0) {
                i++;
            } else {
                open->is_good &= is_good;
                open->ids[i] = open->ids[--open->left];
            }
        }
        if (open->left > 0) {
            at = &open->next;
            continue;
        }
        if (open->is_good) {
            tell_all(&open->numbers);
        } else {
            move(&waiting, &open->numbers);
        }
        *at = open->next;
        free(open->numbers.items);
        free(open->ids);
        free(open);
    }
}

static void push_asynchronously(void) {
    Open *open = calloc(1, sizeof(*open));
    twList *ids = NULL;
    ListEntry *entry = NULL;
    if (!open) {
        abort();
    }
    open->is_good = twApi_PushSubscribedPropertiesAsync(thing, FALSE, on_answer, &ids) == TW_OK;
    open->ids = calloc((size_t)(ids ? twList_GetCount(ids) : 0) + 1, sizeof(uint32_t));
    if (!open->ids) {
        abort();
    }
    while (ids && (entry = twList_Next(ids, entry)) != NULL) {
        uint32_t id = *(uint32_t *)entry->value;
        /* 0: not sent, and no answer will come. */
        if (id) {
            open->ids[open->left++] = id;
        } else {
            open->is_good = 0;
        }
    }
    twList_Delete(ids);
    move(&open->numbers, &waiting);
    open->next = open_pushes;
    open_pushes = open;
    settle();
}

static void push(void) {
    settle();
    if (options.is_asynchronous) {
        push_asynchronously();
    } else if (twApi_PushSubscribedProperties(thing, FALSE) == TW_OK) {
        /* The platform has them; or there is no connection, and the disk has them. */
        tell_all(&waiting);
    }
}

/* --- numbers --------------------------------------------------------------------------------------------------------------------- */

static void set(uint64_t number) {
    static const char *const channels[] = {"A", "B", "C", "Folded"};
    Number set = {channels[below(COUNT(channels))], number};
    char fold = strcmp(set.channel, "Folded") == 0;
    int code = twApi_SetSubscribedPropertyVTQ(thing, (char *)set.channel, twPrimitive_CreateFromNumber((double)number),
                                              EPOCH + number, "GOOD", fold, FALSE);
    if (code == TW_OK && options.every_value) {
        tell(set);
    } else if (code == TW_OK || code == TW_SUBSCRIBED_PROPERTY_LIST_PERSIST_ERROR) {
        /* Taken; or taken, and there was no room on the disk. */
        add(&waiting, set);
    }
}

static int call(uint64_t number) {
    twInfoTable *parameters = twInfoTable_CreateFromNumber(number_parameter, (double)number), *result = NULL;
    int code = twApi_InvokeService(TW_THING, thing, "Call", parameters, &result, -1, FALSE);
    twInfoTable_Delete(parameters);
    twInfoTable_Delete(result);
    return code;
}

static int fire(uint64_t number) {
    twInfoTable *data = twInfoTable_CreateFromNumber(number_parameter, (double)number);
    int code = twApi_FireEvent(TW_THING, thing, "Event", data, -1, FALSE);
    twInfoTable_Delete(data);
    return code;
}

static int write_property(uint64_t number) {
    twPrimitive *value = twPrimitive_CreateFromNumber((double)number);
    int code = twApi_WriteProperty(TW_THING, thing, "Write", value, -1, FALSE);
    twPrimitive_Delete(value);
    return code;
}

/* A message is promised when it is answered with success, or stored. */
static void send_message(uint64_t number) {
    static const struct {
        const char *channel;
        int (*send)(uint64_t);
    } ways[] = {{"Call", call}, {"Event", fire}, {"Write", write_property}};
    size_t way = below(COUNT(ways));
    int code = ways[way].send(number);
    if (code == TW_OK || code == TW_WROTE_TO_OFFLINE_MSG_STORE) {
        Number sent = {ways[way].channel, number};
        tell(sent);
    }
}

static void go_on_or_off(void) {
    uint32_t chance = below(100);
    if (chance < 2) {
        set_flag(&wants_online, 0);
        twApi_Disconnect("a pause");
    } else if (chance < 6) {
        set_flag(&wants_online, 1);
    }
}

static void produce(void) {
    uint64_t number = options.first;
    while (!stop) {
        uint32_t sets;
        for (sets = 1 + below(7); sets > 0; sets--) {
            set(++number);
        }
        /* Sometimes values wait in RAM for longer than one round. */
        if (below(4) > 0) {
            push();
        }
        if (below(4) == 0) {
            send_message(++number);
        }
        go_on_or_off();
        sleep_milliseconds(below(25));
    }
}

/* --- the program ----------------------------------------------------------------------------------------------------------------- */

static void parse(int count, char **arguments) {
    int i;
    for (i = 1; i < count; i++) {
        const char *name = arguments[i], *value = i + 1 < count ? arguments[i + 1] : "";
        i++;
        if (strcmp(name, "--port") == 0) {
            options.port = (uint16_t)atoi(value);
        } else if (strcmp(name, "--http-proxy") == 0) {
            options.http_proxy = (uint16_t)atoi(value);
        } else if (strcmp(name, "--directory") == 0) {
            options.directory = value;
        } else if (strcmp(name, "--ca") == 0) {
            options.ca = value;
        } else if (strcmp(name, "--first") == 0) {
            options.first = strtoull(value, NULL, 10);
        } else if (strcmp(name, "--seed") == 0) {
            options.seed = strtoull(value, NULL, 10);
        } else if (strcmp(name, "--duty-cycle") == 0) {
            options.duty_cycle = (uint32_t)atoi(value);
        } else if (strcmp(name, "--window") == 0) {
            options.window = (uint32_t)atoi(value);
        } else {
            i--;
            if (strcmp(name, "--proxy-user") == 0) {
                options.proxy_user = 1;
            } else if (strcmp(name, "--every-value") == 0) {
                options.every_value = 1;
            } else if (strcmp(name, "--async") == 0) {
                options.is_asynchronous = 1;
            } else {
                fprintf(stderr, "chaos-device-c: what is %s?\n", name);
                exit(2);
            }
        }
    }
}

/* A device on a bad network is impatient. With small messages a full store is sent in many of them, and rewritten meanwhile. */
static void configure(void) {
    twcfg.max_message_size = options.seed % 2 ? 1 << 20 : 1200;
    twcfg.default_message_timeout = 2000;
    twcfg.ping_rate = 1000;
    twcfg.pong_timeout = 1000;
    twcfg.connect_timeout = 3000;
    twcfg.frame_read_timeout = 2000;
    twcfg.connect_retry_interval = 20;
    twcfg.max_connect_delay = 300;
    twcfg.duty_cycle = 50;
    twcfg.duty_cycle_period = options.duty_cycle;
    twcfg.offline_msg_store_dir = options.directory;
    twcfg.offline_msg_queue_size = below(4) ? 1 << 20 : 4096;
    twedge_store_every_value(options.every_value);
    twedge_store_values_within(options.window);
}

static int is_registered(char *name, char *push_type) {
    return twApi_RegisterProperty(TW_THING, thing, name, TW_NUMBER, NULL, push_type, 0, on_property, NULL) == TW_OK;
}

static int initialize(void) {
    char host[] = "127.0.0.1";
    configure();
    if (twApi_Initialize(host, options.port, TW_URI, app_key, NULL, MESSAGE_CHUNK_SIZE, MESSAGE_CHUNK_SIZE, TRUE) != TW_OK ||
        !is_registered("A", "ALWAYS") || !is_registered("B", "ALWAYS") || !is_registered("C", "ALWAYS") ||
        !is_registered("Folded", "ALWAYS") || !is_registered("Held", "NEVER")) {
        return 0;
    }
    if (options.http_proxy && twApi_SetProxyInfo(host, options.http_proxy, options.proxy_user ? PROXY_USER : NULL,
                                                 options.proxy_user ? proxy_password : NULL) != TW_OK) {
        return 0;
    }
    if (!options.ca) {
        twApi_DisableEncryption();
    } else if (twApi_LoadCACert(options.ca, 1) != TW_OK) {
        return 0;
    }
    /* On a full disk there may be none: then nothing is promised. */
    twOfflineMsgStore_Initialize(TRUE, options.directory, 0, TRUE);
    return twApi_BindThing(thing) == TW_OK;
}

int main(int count, char **arguments) {
    struct sigaction action;
    pthread_t pumping;
    parse(count, arguments);
    state = options.seed | 1;
    memset(&action, 0, sizeof(action));
    action.sa_handler = on_signal;
    sigaction(SIGTERM, &action, NULL);
    twLogger_SetFunction(be_quiet);
    if (!initialize() || pthread_create(&pumping, NULL, pump, NULL) != 0) {
        fprintf(stderr, "chaos-device-c: cannot start\n");
        return 1;
    }
    produce();
    set_flag(&is_over, 1);
    pthread_join(pumping, NULL);
    twApi_Disconnect("the end");
    return twApi_Delete() == TW_OK ? 0 : 1;
}
