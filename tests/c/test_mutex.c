/* Mutexes: those of pthread, NULL-safe, and they exclude. */
#include "twOSPort.h"

#include "check.h"

#include <errno.h>
#include <pthread.h>

static TW_MUTEX mutex;
static int counter;

static void *count(void *unused) {
    int i;
    for (i = 0; i < 2000; i++) {
        twMutex_Lock(mutex);
        counter++;
        twMutex_Unlock(mutex);
    }
    return unused;
}

int main(void) {
    pthread_t threads[3];
    int i;

    mutex = twMutex_Create();
    CHECK(mutex != NULL);
    twMutex_Lock(mutex);
    CHECK_INT(pthread_mutex_trylock(mutex), EBUSY);
    twMutex_Unlock(mutex);
    CHECK_INT(pthread_mutex_trylock(mutex), 0);
    CHECK_INT(pthread_mutex_unlock(mutex), 0);

    for (i = 0; i < 3; i++) {
        pthread_create(&threads[i], NULL, count, NULL);
    }
    for (i = 0; i < 3; i++) {
        pthread_join(threads[i], NULL);
    }
    CHECK_INT(counter, 6000);
    twMutex_Delete(mutex);

    twMutex_Lock(NULL);
    twMutex_Unlock(NULL);
    twMutex_Delete(NULL);
    return check_result();
}
