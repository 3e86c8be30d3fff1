/* Values that are set and pushed before the platform has told its push types, in every order: what arrives, with which time and quality. */
#define _XOPEN_SOURCE 700
#include "device.h"
#include "twSubscribedProps.h"

#include <signal.h>
#include <sys/wait.h>

#define NO_API TW_NULL_OR_INVALID_API_SINGLETON

/* The registered push type of `never` does not want what the platform wants; that of `always` does. */
static char never[] = "never", always[] = "always";
static char thing[64];
static int things;

static enum msgCodeEnum on_property(const char *entity, const char *name, twInfoTable **value, char is_write, void *data) {
    (void)entity, (void)data;
    if (!is_write) {
        *value = twInfoTable_CreateFromNumber((char *)name, 0);
    }
    return TWX_SUCCESS;
}

static void on_synchronized(char *entity, twInfoTable *table, void *userdata) {
    (void)table, (void)userdata;
    if (strcmp(entity, thing) == 0) {
        happened("synchronized");
    }
}

/* A thing that no other test has, both of whose properties the platform wants. */
static void new_thing(void) {
    char answer[ANSWER], path[128];
    snprintf(thing, sizeof(thing), "Synchronization%ld_%d", (long)getpid(), ++things);
    snprintf(path, sizeof(path), "/twedge/things/%s", thing);
    CHECK_INT(rest("PUT", path,
                   "{\"properties\":{\"never\":{\"baseType\":\"NUMBER\",\"pushType\":\"ALWAYS\"},"
                   "\"always\":{\"baseType\":\"NUMBER\",\"pushType\":\"ALWAYS\"}}}",
                   answer, sizeof(answer)),
              200);
}

static void begin(void) {
    forget_events();
    CHECK_INT(initialize(), TW_OK);
    CHECK_INT(twApi_RegisterSynchronizeStateEventCallback(NULL, on_synchronized, NULL), TW_OK);
    CHECK_INT(twApi_RegisterProperty(TW_THING, thing, never, TW_NUMBER, NULL, "NEVER", 0, on_property, NULL), TW_OK);
    CHECK_INT(twApi_RegisterProperty(TW_THING, thing, always, TW_NUMBER, NULL, "ALWAYS", 0, on_property, NULL), TW_OK);
}

static int set(char *name, int number) {
    return twApi_SetSubscribedPropertyVTQ(thing, name, twPrimitive_CreateFromNumber(number), 1000 + (DATETIME)number,
                                          "UNCERTAIN", FALSE, FALSE);
}

static void set_both(int number) {
    CHECK_INT(set(never, number), TW_OK);
    CHECK_INT(set(always, number), TW_OK);
}

static int push(void) { return twApi_PushSubscribedProperties(thing, FALSE); }

static void set_push_type(const char *name, const char *push_type) {
    char path[160], body[64], answer[ANSWER];
    snprintf(path, sizeof(path), "/twedge/things/%s/properties/%s/push", thing, name);
    snprintf(body, sizeof(body), "{\"pushType\":\"%s\"}", push_type);
    CHECK_INT(rest("PUT", path, body, answer, sizeof(answer)), 200);
}

/* The numbers that have arrived of a property, each with a space behind it; "wrong" for one without its own time and quality. */
static const char *arrived(const char *name) {
    static char text[256];
    char answer[ANSWER], path[160], *at = answer, *next;
    snprintf(path, sizeof(path), "/twedge/things/%s/properties/%s/history", thing, name);
    CHECK_INT(rest("GET", path, NULL, answer, sizeof(answer)), 200);
    text[0] = 0;
    while ((at = strstr(at, "\"value\":")) != NULL) {
        int number = atoi(at + strlen("\"value\":"));
        char expected[64];
        size_t length = strlen(text);
        next = strchr(at, '}');
        snprintf(expected, sizeof(expected), "\"time\":%d,\"quality\":\"UNCERTAIN\"", 1000 + number);
        at = strstr(at, expected);
        snprintf(text + length, sizeof(text) - length, at && at < next ? "%d " : "wrong %d ", number);
        at = next;
    }
    return text;
}

static void both_arrived(const char *numbers) {
    CHECK_STR(arrived(never), numbers);
    CHECK_STR(arrived(always), numbers);
}

static void connect_device(void) { CHECK_INT(twApi_Connect(10000, 3), TW_OK); }

static void end(void) {
    CHECK_INT(twApi_Delete(), TW_OK);
}

static void test_before_initialize(void) {
    CHECK_INT(set(always, 1), NO_API);
    CHECK_INT(twApi_SetSubscribedProperty(thing, always, twPrimitive_CreateFromNumber(1), FALSE, TRUE), NO_API);
}

/* Before Connect, and with a push that finds no connection: on disk, and sent after the synchronization. */
static void test_before_connect(char pushed) {
    new_thing();
    begin();
    CHECK_INT(twApi_BindThing(thing), TW_OK);
    set_both(1);
    if (pushed) {
        CHECK_INT(push(), TW_OK);
    }
    set_both(2);
    connect_device();
    CHECK(pump_until("synchronized;"));
    CHECK_INT(push(), TW_OK);
    both_arrived("1 2 ");
    end();
}

/* Not bound, a thing has no platform that could want what its registered push type does not want. */
static void test_between_connect_and_bind(void) {
    new_thing();
    begin();
    connect_device();
    set_both(1);
    CHECK_INT(twApi_BindThing(thing), TW_OK);
    set_both(2);
    CHECK_INT(push(), TW_OK);
    CHECK_STR(arrived(never), "2 ");
    CHECK_STR(arrived(always), "1 2 ");
    end();
}

/* Bound, and the program has not seen NotifyPropertyUpdate. */
static void test_between_bind_and_notification(char pumps) {
    new_thing();
    begin();
    CHECK_INT(twApi_BindThing(thing), TW_OK);
    connect_device();
    set_both(1);
    CHECK_INT(push(), TW_OK);
    both_arrived("1 ");
    if (pumps) {
        CHECK(pump_until("synchronized;"));
    }
    set_both(2);
    CHECK_INT(push(), TW_OK);
    both_arrived("1 2 ");
    end();
}

/* The push settings of the thing are refused once, come late, or the question is lost once. */
static void test_troubled_synchronization(const char *action) {
    char fault[160];
    new_thing();
    begin();
    snprintf(fault, sizeof(fault), "{\"at\": \"synchronize\", \"thing\": \"%s\", %s, \"times\": 1}", thing, action);
    misbehave(fault);
    twcfg.default_message_timeout = 700;
    CHECK_INT(twApi_BindThing(thing), TW_OK);
    connect_device();
    set_both(1);
    /* What is wanted arrives; the rest when the platform has told what it wants. */
    CHECK_INT(push(), TW_OK);
    CHECK_STR(arrived(always), "1 ");
    CHECK(pump_until("synchronized;"));
    set_both(2);
    CHECK_INT(push(), TW_OK);
    both_arrived("1 2 ");
    twcfg.default_message_timeout = 10000;
    behave();
    end();
}

/* The platform changes its mind while values wait. */
static void test_changing_subscriptions(void) {
    new_thing();
    begin();
    CHECK_INT(twApi_BindThing(thing), TW_OK);
    connect_device();
    CHECK(pump_until("synchronized;"));
    set_both(1);
    forget_events();
    set_push_type(never, "NEVER");
    CHECK(pump_until("synchronized;"));
    /* Accepted is accepted; what comes now is not wanted. */
    set_both(2);
    CHECK_INT(push(), TW_OK);
    CHECK_STR(arrived(never), "1 ");
    CHECK_STR(arrived(always), "1 2 ");
    forget_events();
    set_push_type(never, "ALWAYS");
    CHECK(pump_until("synchronized;"));
    set_both(3);
    CHECK_INT(push(), TW_OK);
    CHECK_STR(arrived(never), "1 3 ");
    CHECK_STR(arrived(always), "1 2 3 ");
    end();
}

/* The link is lost with values that wait for a synchronization; it comes back with another one. */
static void test_reconnect(void) {
    new_thing();
    begin();
    CHECK_INT(twApi_BindThing(thing), TW_OK);
    connect_device();
    set_both(1);
    CHECK_INT(twApi_Disconnect("before it is synchronized"), TW_OK);
    set_both(2);
    connect_device();
    set_both(3);
    CHECK(pump_until("synchronized;"));
    CHECK_INT(push(), TW_OK);
    both_arrived("1 2 3 ");
    end();
}

/* A program that is killed with values that the platform's push types are to judge; the next one delivers them. */
static void test_killed(void) {
    int told[2], status = 0;
    char byte = 0;
    pid_t child;
    new_thing();
    CHECK_INT(pipe(told), 0);
    child = fork();
    if (child == 0) {
        checks_failed = 0;
        begin();
        CHECK_INT(twApi_BindThing(thing), TW_OK);
        set_both(1);
        CHECK_INT(push(), TW_OK);
        byte = (char)('0' + checks_failed);
        if (write(told[1], &byte, 1) == 1) {
            pause();
        }
        _exit(1);
    }
    CHECK_INT(read(told[0], &byte, 1), 1);
    CHECK_INT(byte, '0');
    kill(child, SIGKILL);
    CHECK_INT(waitpid(child, &status, 0), child);
    close(told[0]);
    close(told[1]);
    begin();
    CHECK_INT(twApi_BindThing(thing), TW_OK);
    set_both(2);
    connect_device();
    CHECK_INT(push(), TW_OK);
    both_arrived("1 2 ");
    end();
}

int main(void) {
    if (platform_port() == 0) {
        return 77;
    }
    twcfg.connect_retry_interval = 20;
    test_before_initialize();
    test_before_connect(FALSE);
    test_before_connect(TRUE);
    test_between_connect_and_bind();
    test_between_bind_and_notification(FALSE);
    test_between_bind_and_notification(TRUE);
    test_troubled_synchronization("\"answer\": 160");
    test_troubled_synchronization("\"delay\": 300");
    test_troubled_synchronization("\"lose\": true");
    test_changing_subscriptions();
    test_reconnect();
    test_killed();
    return check_result();
}
