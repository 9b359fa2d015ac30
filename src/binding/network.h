/* network.h - the network object, shared by the binding files that work on it. */

#ifndef MG_BINDING_NETWORK_H
#define MG_BINDING_NETWORK_H

#include "../engine/network.h"
#include "../engine/plan.h"
#include "../engine/step.h"
#include "binding.h"

#define NETWORK "moongrad.network" /* metatable name */

/* What each user value of a network's userdata keeps alive. */
enum {
  KEEP_STATE = 1,  /* a table for Lua's side: options, lists, origins */
  KEEP_PARAMETERS, /* storage of theta, grad, dtheta, previous */
  KEEP_BATCH,      /* storage of a, z, delta, y */
  KEEP_X,          /* the matrices attached */
  KEEP_Y,
  KEEP_RNG,    /* a private generator, or nil */
  KEEP_TEAM,   /* the threads it may use */
  KEEP_STATES, /* storage of its optimiser's states, or nil */
  KEEP_ORDER,  /* memory for an epoch's order of rows */
  KEEP_BEFORE, /* what an epoch of several batches began with, a storage, once there was one */
  KEEP_TRACE,  /* the trace of its cost, once it has stepped */
  KEEP_LOST,   /* why its past was lost, or nil */
  KEEP_OWN,    /* the activations, and the cost, that are written in Lua, or nil */
  KEEP_COUNT = KEEP_OWN
};

typedef struct Running Running; /* see call.h */

enum { PAST_EPOCHS = -1, PAST_NONE = -2 };

/* What past.lua knows of a network. A step that goes on as the one before it is only counted. */
typedef struct Noted {
  bool on;        /* is a past kept? */
  bool lost;      /* could something not be noted? */
  lua_Integer n;  /* epochs of each call that is counted; PAST_EPOCHS: of train; PAST_NONE */
  uint64_t times; /* calls since they were last asked for */
  double seconds; /* that their epochs took */
  uint64_t changed, written, staged; /* as they were, below and of network_written */
  uint64_t moved;
  const Storage *batch; /* with its version */
  uint64_t version_batch;
  const Matrix *of_X, *of_y; /* of train's epochs: the data, with the versions, */
  uint64_t version_X, version_y;
  size_t rows;     /* batch */
  const void *how; /* the table that epoch() was given, or NULL */
  bool shuffle;    /* and whether their order was drawn, */
  uint32_t rng[4]; /* after which this told the generator's state from others */
} Noted;

typedef struct Network {
  mg_network net;
  Matrix *X, *y;                 /* attached data, or NULL */
  bool checked;                  /* have the attached X and y been found fit, as they were at: */
  uint64_t checked_X, checked_y; /* versions of their storages */
  const Matrix *staged_X;        /* whose rows the batch holds, or NULL: not an attached matrix's */
  const Matrix *staged_y;        /* likewise */
  uint64_t version_X, version_y; /* of their storages when they were staged */
  Storage *parameters;           /* of theta and its kin */
  Storage *states;               /* of the optimiser's states, or NULL */
  Storage *batch;                /* of a, z, delta, or NULL */
  uint64_t version_batch;        /* of it when tiny.c last read it */
  size_t order_rows;             /* length of the order kept */
  double told;      /* the cost told last, by a report, cost(), forward(), NAN if none was, ... */
  uint64_t told_at; /* of this epoch */
  Running *running; /* who runs its own functions, or NULL: it has none */
  bool busy;        /* is a pass under way that may call one? */
  bool unpaired;    /* is the cost computed from another output activation than there is? Nothing runs then */
  uint64_t stepped,
      changed;     /* for the journal: epochs that step() did; changes by anything else but writes */
  bool walking;    /* is a walk on? Whatever else makes a pass ends it */
  size_t walked;   /* its operations so far */
  uint64_t walks;  /* how many there have been */
  uint64_t moved;  /* those of them that changed THETA, by anything but whole epochs */
  uint64_t staged; /* how often X or y was copied into the batch, or was found to be written to there */
  bool watched;    /* are there expressions to look at while it steps? */
  bool looking;    /* does one look? */
  bool held;       /* is it to be put back when something does not come to its end? see hold.c */
  Noted noted;
} Network;

/* The network at index idx; raises for anything else. */
Network *network_check(lua_State *L, int idx);

/* Layer number (1 .. n_layers) at index idx as 0 .. n_layers - 1; raises, naming what. */
size_t network_layer(lua_State *L, int idx, const Network *n, const char *what);

/* A number that two networks share when, and almost only when, their flat arrays and batches are laid out
   alike: precision, sizes of the layers, biases, states. What is put back is looked at by it. */
uint64_t network_shape(const mg_network *net);

/* Makes room for batches of up to rows rows, or of just rows rows, so that views taken earlier keep showing
   one pass and not two halves; the network is at index idx. New room holds no batch. */
void network_room(lua_State *L, int idx, size_t rows, bool just);

/* The cost at index idx, built in or own, with the scale at the next index, by default the network's own;
   raises when there is none of that name, or it does not go with the output. */
mg_cost network_cost(lua_State *L, int idx, Network *n, const char *who);

/* Does a cost go with the output of net? What is computed from z knows just one. */
bool network_pairs(const mg_network *net, const mg_cost_kind *kind);

/* X and y must fit each other and the network in shape; raises otherwise. y may be NULL. */
void network_check_shapes(lua_State *L, const char *who, const Network *n, const Matrix *X, const Matrix *y);

/* The same, and that they are finite, and what the cost expects. */
void network_check_data(lua_State *L, const char *who, Network *n, const Matrix *X, const Matrix *y);

/* Raises when no rows and targets have been copied into the batch: for what works on it as it is. */
void network_check_batch(lua_State *L, const char *who, const Network *n);

/* Readies the attached X (and y, when wanted) as the batch of n, which is at index idx; raises when there is
   none, or it does not fit. */
void network_attach(lua_State *L, int idx, Network *n, const char *who, bool with_y);

/* The matrix at index idx; of one that shows n's batch, into which it is to go, a copy takes its place. */
Matrix *network_apart(lua_State *L, int idx, const Network *n);

/* The columns of ones again, whatever was written there. */
void network_ones(Network *n);

/* What has happened to a network: any of these together. */
enum {
  TOUCH_SETTING = 1, /* a setting, or what passes had made: the journal and the past look again */
  TOUCH_THETA = 2,   /* THETA, by anything but whole epochs: likewise */
  TOUCH_PASS = 4,    /* a pass that is no walk's: a walk ends */
  TOUCH_X = 8,       /* the batch no longer holds the rows of X that is attached, */
  TOUCH_Y = 16,      /* nor of y */
  TOUCH_BATCH = TOUCH_X | TOUCH_Y
};

/* Notes it; to be called wherever it happens. */
static inline void network_touch(Network *n, unsigned what) {
  if (what & (TOUCH_SETTING | TOUCH_THETA)) n->changed++;
  if (what & TOUCH_THETA) n->moved++;
  if (what & TOUCH_PASS) n->walking = false;
  if (what & TOUCH_X) n->staged_X = NULL;
  if (what & TOUCH_Y) n->staged_y = NULL;
}

/* How often the parameters and the optimiser's states were written to by hand. */
static inline uint64_t network_written(const Network *n) {
  return n->parameters->version + (n->states != NULL ? n->states->version : 0);
}

/* Has the walk that is on done this operation? */
static inline bool network_walked(const Network *n, mg_op op) { return mg_op_index(&n->net, op) < n->walked; }

/* Raises: where a number first went wrong, and what was kept. moved: had an update led there? */
int network_nonfinite(lua_State *L, const char *who, const mg_network *net, const mg_where *w, bool moved);

/* An image of the network n, at index 1: "whole", "theta", or "before", THETA an epoch ago. Pushes it. */
typedef struct Image Image;
void image_push(lua_State *L, Network *n, const char *how);

/* Puts it back. alive: of an image of THETA alone, what the last pass made stays; else it is not yet made.
   Takes no memory while the room for the batch is that of the image. */
void image_put(lua_State *L, Network *n, const Image *m, bool alive);

/* --- the past: what cannot be noted, for want of memory, costs the past and not the command ---------------
 */

/* All that happened to n up to here is known. */
void past_known(Network *n);

/* Before a change of the network at index 1 that undo calls what, a literal. */
void past_before(lua_State *L, const char *what);

/* Is what happened to n noted, but for what is counted? When not, it is to be, before the batch is changed.
 */
#define PAST_DUE .1 /* seconds of stepping after which an image is worth its memory */
static inline bool past_is_noted(const Network *n) {
  const Noted *p = &n->noted;
  return p->changed == n->changed && p->written == network_written(n) && p->seconds < PAST_DUE && !p->lost;
}
void past_note(lua_State *L, Network *n); /* the network is at index 1, here and below */

/* Before count epochs of step(): would they only be counted? */
static inline bool past_counts(const Network *n, lua_Integer count) {
  return n->noted.n == count && n->noted.staged == n->staged && n->net.n_dropouts == 0;
}
void past_before_step(lua_State *L, Network *n, lua_Integer count); /* when not */

/* After them: they are counted; or they ended before they were done. */
static inline void past_count(Network *n, double seconds) {
  n->noted.times++;
  n->noted.seconds += seconds;
}
void past_short_step(lua_State *L, Network *n, const mg_run *run);

/* The same of one epoch of mini-batches, whose data are at indices 2 and 3, whether it shuffles at 5, what
   else it asks at 8, and for which g draws unless it is NULL; ok: was it whole? */
void past_before_epoch(lua_State *L, Network *n, size_t batch, const mg_rng *g);
void past_after_epoch(Network *n, const mg_rng *g, bool ok, double seconds);

/* The passes that follow draw masks, where n, at index 1, has layers with dropout; or no longer. */
void network_draws(lua_State *L, Network *n, bool draws);

/* The generator that draws for the network at index idx: its own, else the shared one. */
mg_rng *network_rng(lua_State *L, int idx);

#endif
