/* A load generator that is lean enough not to be what is measured.

   load PORT CONNECTIONS SECONDS FILE [rate=R] [warm=SECONDS] [expect=TEXT] [most=REQUESTS]

   FILE holds one record a connection: u64 n, u64 seen, u32 length, head, u32 length, body (little-endian; the records
   are taken in turns where there are more connections). Where there is a body, Content-Length is added. In the body,
   byte 1 and a letter stand for what every request has anew: I a random UUID, N the next count of this device, S the
   newest `"seq":` that a reply told it, T the time in ms.

   Closed loop: a connection sends its next request when it has its answer. With rate=, requests are due at fixed times,
   whoever is free sends them, and latency counts from when they were due: a server that stalls can't hide it.
   Prints one JSON object; `cpu` is its own processor time, "n" and "seen" are where each connection left off. */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define MOST_KEPT 8000000
#define PATIENCE 15.0 /* seconds for the last answers */

typedef struct { uint64_t n, seen; char *head, *body; uint32_t head_len, body_len; } Template;

typedef struct {
    int fd, busy;
    uint64_t n, seen;
    Template *template;
    double due;
    char *out, *in;
    size_t out_len, out_sent, out_room, in_len, in_room;
} Conn;

static int port, epoll, count_conns, busy_count;
static double started, counted_from, ends, rate;
static const char *expect;
static uint64_t sent, answered, counted, errors, expected, bytes_in, most = UINT64_MAX, rng[2];
static uint32_t *latencies;
static Conn **idle;
static int idle_count;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static void die(const char *why) {
    fprintf(stderr, "load: %s: %s\n", why, strerror(errno));
    exit(1);
}

static uint64_t any(void) { /* xoroshiro128+ */
    uint64_t a = rng[0], b = rng[1], sum = a + b;
    b ^= a;
    rng[0] = ((a << 24) | (a >> 40)) ^ b ^ (b << 16);
    rng[1] = (b << 37) | (b >> 27);
    return sum;
}

static size_t uuid(char *to) {
    static const char hex[] = "0123456789abcdef";
    uint64_t parts[2] = {any(), any()};
    size_t at = 0;
    for (int i = 0; i < 32; i++) {
        if (i == 8 || i == 12 || i == 16 || i == 20) to[at++] = '-';
        int nibble = (parts[i / 16] >> (4 * (i % 16))) & 15;
        if (i == 12) nibble = 4;
        if (i == 16) nibble = 8 | (nibble & 3);
        to[at++] = hex[nibble];
    }
    return at;
}

static void fill(Conn *c) {
    Template *t = c->template;
    size_t need = t->head_len + 64 + (size_t)t->body_len * 20;
    if (need > c->out_room && !(c->out = realloc(c->out, c->out_room = need))) die("memory");
    memcpy(c->out, t->head, t->head_len);
    c->out_len = t->head_len;
    c->out_sent = 0;
    if (!t->body_len) return;
    struct timespec clock;
    clock_gettime(CLOCK_REALTIME, &clock);
    uint64_t ms = clock.tv_sec * 1000ull + clock.tv_nsec / 1000000;
    char *body = c->out + t->head_len + 40; /* room for the length, which is not known yet */
    size_t len = 0;
    for (uint32_t i = 0; i < t->body_len; i++) {
        if (t->body[i] != 1) { body[len++] = t->body[i]; continue; }
        switch (t->body[++i]) {
            case 'I': len += uuid(body + len); break;
            case 'N': len += sprintf(body + len, "%llu", (unsigned long long)++c->n); break;
            case 'S': len += sprintf(body + len, "%llu", (unsigned long long)c->seen); break;
            case 'T': len += sprintf(body + len, "%llu", (unsigned long long)ms); break;
        }
    }
    int told = sprintf(c->out + t->head_len, "Content-Length: %zu\r\n\r\n", len);
    memmove(c->out + t->head_len + told, body, len);
    c->out_len += told + len;
}

static void watch(Conn *c, int op, uint32_t events) {
    struct epoll_event event = {.events = events, .data.ptr = c};
    if (epoll_ctl(epoll, op, c->fd, &event)) die("epoll_ctl");
}

static void dial(Conn *c) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int yes = 1;
    if ((c->fd = socket(AF_INET, SOCK_STREAM, 0)) < 0) die("socket");
    if (connect(c->fd, (struct sockaddr *)&to, sizeof to)) die("connect");
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    fcntl(c->fd, F_SETFL, O_NONBLOCK);
    c->in_len = 0;
    watch(c, EPOLL_CTL_ADD, EPOLLIN);
}

static void flush(Conn *c) {
    while (c->out_sent < c->out_len) {
        ssize_t wrote = send(c->fd, c->out + c->out_sent, c->out_len - c->out_sent, MSG_NOSIGNAL);
        if (wrote < 0) {
            if (errno == EAGAIN) watch(c, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
            return; /* a lost connection is met when it is read */
        }
        c->out_sent += wrote;
    }
}

static void ask(Conn *c, double due) {
    c->due = due;
    c->busy = 1;
    busy_count++;
    sent++;
    fill(c);
    flush(c);
}

static void settle(Conn *c, int good) {
    double at = now();
    c->busy = 0;
    busy_count--;
    answered++;
    if (!good) errors++;
    int inside = rate ? c->due >= counted_from : (c->due >= counted_from && at <= ends);
    if (inside && counted < MOST_KEPT) latencies[counted++] = (uint32_t)((at - c->due) * 1e6);
    if (!rate && at < ends && sent < most) ask(c, at);
    else idle[idle_count++] = c;
}

/* The length of the whole reply in `in`, or 0 when it isn't all there; its body in `body`, unchunked in place. */
static size_t whole(Conn *c, char **body, size_t *body_len) {
    c->in[c->in_len] = 0;
    char *end = memmem(c->in, c->in_len, "\r\n\r\n", 4);
    if (!end) return 0;
    *body = end + 4;
    size_t head = *body - c->in;
    *end = 0;
    char *length = strcasestr(c->in, "\r\ncontent-length:"), *chunked = strcasestr(c->in, "\r\ntransfer-encoding: chunked");
    *end = '\r';
    if (!chunked) {
        *body_len = length ? strtoull(length + 17, NULL, 10) : 0;
        return head + *body_len <= c->in_len ? head + *body_len : 0;
    }
    char *from = *body;
    size_t total = 0;
    for (;;) { /* first only look whether it is all there */
        char *line = memmem(from, c->in + c->in_len - from, "\r\n", 2);
        if (!line) return 0;
        size_t size = strtoull(from, NULL, 16);
        if (line + 4 + size > c->in + c->in_len) return 0;
        if (size == 0) { *body_len = total; return line + 4 - c->in; }
        total += size;
        from = line + 4 + size;
    }
}

static void lost(Conn *c) {
    close(c->fd);
    dial(c);
    if (c->busy) settle(c, 0);
}

static void hear(Conn *c) {
    for (;;) {
        if (c->in_room < c->in_len + 65536 && !(c->in = realloc(c->in, (c->in_room = c->in_room * 2 + 131072) + 1))) die("memory");
        ssize_t got = recv(c->fd, c->in + c->in_len, c->in_room - c->in_len, 0);
        if (got < 0 && errno == EAGAIN) return;
        if (got <= 0) { lost(c); return; }
        c->in_len += got;
        char *body;
        size_t body_len, length = whole(c, &body, &body_len);
        if (!length) continue;
        bytes_in += length;
        int good = !strncmp(c->in, "HTTP/1.1 200", 12) || !strncmp(c->in, "HTTP/1.1 201", 12), last = strcasestr(c->in, "\r\nconnection: close") != NULL;
        char *seq = memmem(body, body_len, "\"seq\":", 6);
        if (seq && good) c->seen = strtoull(seq + 6, NULL, 10);
        if (expect)
            for (char *at = body; (at = memmem(at, body + body_len - at, expect, strlen(expect))); at++) expected++;
        c->in_len = 0; /* one request at a time: nothing follows */
        if (last) { close(c->fd); dial(c); }
        settle(c, good);
        return;
    }
}

static int ascending(const void *a, const void *b) {
    uint32_t one = *(const uint32_t *)a, other = *(const uint32_t *)b;
    return one < other ? -1 : one > other;
}

static uint32_t part(double of) { return counted ? latencies[(size_t)(of * (counted - 1))] : 0; }

static uint32_t u32(FILE *f) { uint32_t v; return fread(&v, 4, 1, f) == 1 ? v : 0; }

static char *text(FILE *f, uint32_t length) {
    char *t = malloc(length + 1);
    if (length && fread(t, 1, length, f) != length) die("the requests' file is cut off");
    return t;
}

int main(int argc, char **argv) {
    if (argc < 5) { fprintf(stderr, "load PORT CONNECTIONS SECONDS FILE [rate=] [warm=] [expect=] [most=]\n"); return 2; }
    double seconds = atof(argv[3]), warm = 0;
    port = atoi(argv[1]);
    count_conns = atoi(argv[2]);
    for (int i = 5; i < argc; i++) {
        if (!strncmp(argv[i], "rate=", 5)) rate = atof(argv[i] + 5);
        else if (!strncmp(argv[i], "warm=", 5)) warm = atof(argv[i] + 5);
        else if (!strncmp(argv[i], "expect=", 7)) expect = argv[i] + 7;
        else if (!strncmp(argv[i], "most=", 5)) most = strtoull(argv[i] + 5, NULL, 10);
        else { fprintf(stderr, "load: what is %s?\n", argv[i]); return 2; }
    }
    if (seconds <= 0 || seconds > 600 || count_conns < 1 || count_conns > 20000) { fprintf(stderr, "load: out of bounds\n"); return 2; }
    if (getrandom(rng, sizeof rng, 0) != sizeof rng) die("getrandom");
    FILE *file = fopen(argv[4], "rb");
    if (!file) die(argv[4]);
    Template *templates = NULL;
    int count_templates = 0;
    for (uint64_t n; fread(&n, 8, 1, file) == 1;) {
        templates = realloc(templates, sizeof *templates * (count_templates + 1));
        Template *t = &templates[count_templates++];
        t->n = n;
        if (fread(&t->seen, 8, 1, file) != 1) die("the requests' file is cut off");
        t->head = text(file, t->head_len = u32(file));
        t->body = text(file, t->body_len = u32(file));
    }
    if (!count_templates) { fprintf(stderr, "load: no requests\n"); return 2; }
    latencies = malloc(sizeof *latencies * MOST_KEPT);
    idle = malloc(sizeof *idle * count_conns);
    Conn *conns = calloc(count_conns, sizeof *conns);
    epoll = epoll_create1(0);
    for (int i = 0; i < count_conns; i++) {
        conns[i].template = &templates[i % count_templates];
        conns[i].n = conns[i].template->n;
        conns[i].seen = conns[i].template->seen;
        dial(&conns[i]);
        idle[idle_count++] = &conns[i];
    }
    started = now();
    counted_from = started + warm;
    ends = counted_from + seconds;
    double due = started, gap = rate ? 1 / rate : 0, wait_until = ends + PATIENCE;
    if (!rate)
        while (idle_count && sent < most) ask(idle[--idle_count], now());
    struct epoll_event events[512];
    for (;;) {
        double at = now();
        if (rate)
            for (; idle_count && due <= at && due < ends && sent < most; due += gap) ask(idle[--idle_count], due);
        int over = sent >= most || (rate ? due >= ends : at >= ends);
        if ((over && !busy_count) || at > wait_until) break;
        double until = rate && idle_count && !over ? due - at : 0.05;
        if (until < 0) until = 0;
        struct timespec pause = {(time_t)until, (long)((until - (time_t)until) * 1e9)};
        int ready = epoll_pwait2(epoll, events, 512, &pause, NULL);
        for (int i = 0; i < ready; i++) {
            Conn *c = events[i].data.ptr;
            if (events[i].events & EPOLLOUT) { watch(c, EPOLL_CTL_MOD, EPOLLIN); flush(c); }
            if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) hear(c);
        }
    }
    double took = (now() < ends || rate ? now() : ends) - counted_from;
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    double cpu = use.ru_utime.tv_sec + use.ru_stime.tv_sec + (use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
    qsort(latencies, counted, sizeof *latencies, ascending);
    printf("{\"requests\":%llu,\"all\":%llu,\"errors\":%llu,\"unanswered\":%d,\"expected\":%llu,\"bytes\":%llu,\"seconds\":%.4f,"
           "\"elapsed\":%.4f,\"rate\":%.1f,\"p50\":%u,\"p95\":%u,\"p99\":%u,\"max\":%u,\"cpu\":%.3f,\"n\":[",
           (unsigned long long)counted, (unsigned long long)answered, (unsigned long long)errors, busy_count,
           (unsigned long long)expected, (unsigned long long)bytes_in, took, now() - started, counted / took, part(.5),
           part(.95), part(.99), part(1), cpu);
    for (int i = 0; i < count_conns; i++) printf("%s%llu", i ? "," : "", (unsigned long long)conns[i].n);
    printf("],\"seen\":[");
    for (int i = 0; i < count_conns; i++) printf("%s%llu", i ? "," : "", (unsigned long long)conns[i].seen);
    printf("]}\n");
    return 0;
}
