/* The store of offline messages is ended and made again while other threads look at it. */
#define _GNU_SOURCE
#include "twOSPort.h"
#include "twErrors.h"
#include "twDefinitions.h"
#include "twMessages.h"
#include "twOfflineMsgStore.h"

#include "check.h"

#include <pthread.h>
#include <stdlib.h>

uint64_t getOfflineMsgSize(void);
int getOfflineMsgListCount(void);
char *getOfflineMsgDirectory(void);

enum { ROUNDS = 300 };
static volatile int over;

static void *look(void *unused) {
    (void)unused;
    while (!over) {
        getOfflineMsgSize();
        getOfflineMsgListCount();
        free(getOfflineMsgDirectory());
        sched_yield();
    }
    return NULL;
}

int main(void) {
    pthread_t threads[3];
    int i;
    for (i = 0; i < 3; i++) CHECK_INT(pthread_create(&threads[i], NULL, look, NULL), 0);
    for (i = 0; i < ROUNDS; i++) {
        CHECK_INT(twOfflineMsgStore_Initialize(TRUE, NULL, 0, FALSE), TW_OK);
        sched_yield();
        CHECK_INT(twOfflineMsgStore_Delete(), TW_OK);
    }
    over = 1;
    for (i = 0; i < 3; i++) pthread_join(threads[i], NULL);
    return check_result();
}
