/*
 * A library for LD_PRELOAD: the time of day is ahead by the number of seconds in the file that CLOCK_FILE names. Other
 * clocks, which timers and time-outs use, are not changed.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static time_t seconds_ahead(void)
{
    char text[32] = "";
    const char *file = getenv("CLOCK_FILE");
    int opened = file ? open(file, O_RDONLY | O_CLOEXEC) : -1;

    if (opened < 0)
        return 0;
    if (read(opened, text, sizeof text - 1) < 0)
        text[0] = 0;
    close(opened);
    return atol(text);
}

int gettimeofday(struct timeval *now, void *zone)
{
    int result = syscall(SYS_gettimeofday, now, zone);

    if (result == 0 && now)
        now->tv_sec += seconds_ahead();
    return result;
}

time_t time(time_t *now)
{
    struct timeval value;

    gettimeofday(&value, NULL);
    if (now)
        *now = value.tv_sec;
    return value.tv_sec;
}
