/* What the kernel's side of the capture and the engine's agree on. Plain C: both include it. */
#ifndef BYTEYARD_BPF_RECORD_H
#define BYTEYARD_BPF_RECORD_H

enum {
    BYTEYARD_CALLS = 512,        /* system-call numbers that can have a row */
    BYTEYARD_SMALL_DATA = 72,    /* bytes of a record that needs no second copy: a message's type and 64 */
    BYTEYARD_MOST_DATA = 65536,  /* bytes kept of what one call moved */
    BYTEYARD_MOST_PIECES = 1024, /* UIO_MAXIOV */
    BYTEYARD_MOST_EXTRA = 16384, /* bytes of one structure that an argument points to */
    BYTEYARD_PAGE = 4096,        /* bytes: no machine has smaller pages */
    BYTEYARD_MOST_PAGES = 32,    /* of memory that is let go */
    BYTEYARD_MOST_PATH = 4096,   /* PATH_MAX, with its zero */
    BYTEYARD_MOST_VECTORS = 16,  /* pieces of a vector, and */
    BYTEYARD_MOST_MESSAGES = 64, /* messages of one call whose bytes are copied; all are counted */
    BYTEYARD_EXTRAS = 3,
    BYTEYARD_KEPT = 4,        /* structures that a call writes over, and */
    BYTEYARD_MOST_KEPT = 128, /* bytes of one: FD_SETSIZE bits */
};

/* What a call is on, and the kinds of ObjectKey. */
enum {
    BYTEYARD_ON_NOTHING = 0,
    BYTEYARD_ON_FD = 1,
    BYTEYARD_ON_QUEUE = 2,
    BYTEYARD_ON_SEMAPHORE = 3,
    BYTEYARD_ON_SEVERAL = 4, /* descriptors, or a word of memory: the engine finds out */
};
enum {
    BYTEYARD_KEY_INODE = 0,
    BYTEYARD_KEY_QUEUE = 1,
    BYTEYARD_KEY_SEMAPHORE = 3,
    BYTEYARD_KEY_PTY = 5,
    BYTEYARD_KEY_NOTHING = 254,    /* of no interest */
    BYTEYARD_KEY_DESCRIPTOR = 255, /* shares its inode with others: the descriptor's number tells */
};

/* Through and copy: from the first descriptor into the second; a copy takes nothing away. */
enum {
    BYTEYARD_FLOW_NONE = 0,
    BYTEYARD_FLOW_IN = 1,
    BYTEYARD_FLOW_OUT = 2,
    BYTEYARD_FLOW_THROUGH = 3,
    BYTEYARD_FLOW_COPY = 4,
};
/* Where the bytes are: at an address, behind iovecs, in a msghdr, in several mmsghdr. */
enum { BYTEYARD_FLAT = 1, BYTEYARD_VECTOR = 2, BYTEYARD_MESSAGE = 3, BYTEYARD_MESSAGES = 4 };

/* How the size of a structure is found that an argument points to. */
enum {
    BYTEYARD_SIZE_FIXED = 0,   /* `unit` bytes */
    BYTEYARD_SIZE_COUNT = 1,   /* argument `count` times `unit` */
    BYTEYARD_SIZE_POINTER = 2, /* an int that argument `count` points to; copied too. After the call */
    BYTEYARD_SIZE_STRING = 3,  /* up to its zero, which goes with it */
    BYTEYARD_SIZE_PAGES = 4,   /* the first pages, as far as they are in memory: no error that some are not */
};

/* What a record tells: a call that moves bytes or waits as it returns, any other as it begins and as it
 * returns. */
enum { BYTEYARD_WHOLE = 0, BYTEYARD_ENTERED = 1, BYTEYARD_RETURNED = 2 };

/* When a call's return halts the thread, so that what it has made can be looked at before it is used. */
enum {
    BYTEYARD_HALTS_NEVER = 0,
    BYTEYARD_HALTS_DONE = 1,     /* when it has succeeded, or connects without waiting (EINPROGRESS) */
    BYTEYARD_HALTS_FILE = 2,     /* when the descriptor that it returns may lead to what is followed */
    BYTEYARD_HALTS_RECEIVED = 3, /* when a message has brought something along */
    BYTEYARD_HALTS_PEER = 4,     /* when it has opened the other side of a terminal (TIOCGPTPEER) */
};

struct byteyard_extra
{
    signed char address; /* argument; -1: none */
    signed char count;
    unsigned char how;
    unsigned char unit;
};

/* Copied at the call's entry: what it returns stands in the same place. */
struct byteyard_kept
{
    signed char address; /* argument; -1: none */
    signed char bits;    /* argument: how many bits, in whole words of 64; -1: `size` bytes */
    unsigned char size;
};

/* One row of the table of calls, as far as the kernel's side needs it. */
struct byteyard_call
{
    unsigned char on;
    signed char fd;     /* argument: the descriptor */
    signed char fd2;    /* argument: the one that bytes go into; -1: none */
    signed char buffer; /* argument: where the bytes are; -1: nowhere */
    signed char size;   /* argument: how many bytes, pieces or messages; -1: none */
    unsigned char payload;
    unsigned char flow;
    unsigned char prefix;      /* bytes before the message: its type */
    unsigned char returnsZero; /* a result of 0 means that all has moved */
    unsigned char emptyCounts; /* a message of 0 bytes is one */
    signed char flags;         /* argument: flags; -1: none */
    unsigned short peeks;      /* with any of these flags nothing moves */
    unsigned short needs;      /* without all of these flags it is of no interest, and */
    unsigned short skips;      /* with any of these */
    unsigned char always;      /* told of silent threads too: it may change who has what */
    unsigned char changes;     /* the engine's table of who has what must know of it */
    unsigned char keeps;       /* one of `kept` is there */
    unsigned char twice;       /* told as it begins and as it returns */
    unsigned char replaces;    /* executes a program: nothing of the caller's memory is left at its return */
    unsigned char forks;       /* its child is there before it returns */
    unsigned char halts;
    struct byteyard_extra extras[BYTEYARD_EXTRAS];
    struct byteyard_kept kept[BYTEYARD_KEPT];
};

/* Why a thread is told of less. */
enum {
    BYTEYARD_SILENT = 1,  /* not of calls that move bytes or wait */
    BYTEYARD_STOPPED = 2, /* of none: ptrace stops it at each */
};

struct byteyard_settings
{
    unsigned int dataBytes;
    unsigned int wanted;   /* the engine sleeps: wake it at the next record */
    unsigned int silenced; /* how many threads are in `silent` */
    unsigned int numbers;  /* the PID namespace in which threads are named: its inode (namespaces(7)) */
    unsigned int restart;  /* the number of restart_syscall(2) */
    unsigned int tracer;   /* the engine's pid: who is halted stops for it */
    unsigned int attach;   /* pid: whose threads the iterator takes on, or */
    unsigned int leave;    /* lets go */
    unsigned long long uncounted; /* calls that were lost and that even `losses` had no room for */
    struct byteyard_call calls[BYTEYARD_CALLS];
};

struct byteyard_key
{
    unsigned long long kind;
    unsigned long long device; /* as st_dev has it */
    unsigned long long number;
};

struct byteyard_record
{
    unsigned long long time; /* CLOCK_MONOTONIC, ns */
    unsigned long long since;
    long long result;
    unsigned long long arguments[6];
    struct byteyard_key key;
    unsigned int tid; /* in the namespace that `numbers` says */
    unsigned short call;
    unsigned short pieces; /* byteyard_piece that follow, each at a multiple of 8 */
    unsigned int phase;
    unsigned int halts; /* the thread stops before it goes on: a signal is on its way to it */
};

struct byteyard_piece
{
    unsigned long long address;
    unsigned int size;
    unsigned int zero;
};

/* What one process moved through one object in calls whose record found no room. A call on two objects is
 * counted as a call with one of them. */
struct byteyard_loss_key
{
    struct byteyard_key key;
    int process; /* pid */
    int fd;      /* -1: there is none */
};

struct byteyard_loss
{
    unsigned long long calls;
    unsigned long long bytesIn;
    unsigned long long messagesIn;
    unsigned long long bytesOut;
    unsigned long long messagesOut;
    unsigned long long first;
    unsigned long long last;
    unsigned long long changing; /* of the calls, those that change who has what */
};

#endif
