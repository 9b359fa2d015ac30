/* network.h - the network object of Lua, and what the files of the binding that work on it share. */

#ifndef MG_BINDING_NETWORK_H
#define MG_BINDING_NETWORK_H

#include "../engine/network.h"
#include "../engine/plan.h"
#include "../engine/step.h"
#include "binding.h"

#define NETWORK "moongrad.network" /* metatable name */

/* What each user value of a network's userdata keeps alive. */
enum {
  KEEP_STATE = 1,  /* a table for moongrad's Lua files: options, lists, origins */
  KEEP_PARAMETERS, /* storage of theta, grad, dtheta, previous */
  KEEP_BATCH,      /* storage of a, z, delta, y */
  KEEP_X,          /* the attached matrix X, or nil */
  KEEP_Y,          /* the attached matrix y, or nil */
  KEEP_RNG,        /* a private generator, or nil */
  KEEP_TEAM,       /* the team of threads it may use */
  KEEP_STATES,     /* storage of its optimiser's states, or nil */
  KEEP_ORDER,      /* memory for an epoch's order of rows */
  KEEP_BEFORE,     /* storage of THETA before an epoch of several batches; nil before the first such epoch */
  KEEP_TRACE,      /* the trace of its cost, once it has stepped */
  KEEP_LOST,       /* the message why its past was lost, or nil */
  KEEP_OWN,        /* a table of its activations and cost that are written in Lua, or nil */
  KEEP_COUNT = KEEP_OWN
};

typedef struct Running Running; /* see call.h */

enum { PAST_EPOCHS = -1, PAST_NONE = -2 };

/* How much of a network's history has been noted for undo and seek, in lua/moongrad/past. A call of step that
   repeats the one before is not noted by Lua but only counted here, as that is faster. */
typedef struct Noted {
  bool on;        /* is a past kept? */
  bool lost;      /* could something not be noted, so that the past is lost? */
  lua_Integer n;  /* what is counted: calls of step of n epochs; PAST_EPOCHS: epochs of train; or PAST_NONE */
  uint64_t times; /* calls counted since past_counted was last called */
  double seconds; /* the time that they took */

  /* The network's counters of the same names when all was noted; written: that of network_written. A
     counter that differs now shows a change that is not noted. */
  uint64_t changed, written, staged, moved;
  const Storage *batch;
  uint64_t version_batch;

  /* For PAST_EPOCHS: what the counted epochs have in common. */
  const Matrix *of_X, *of_y;
  uint64_t version_X, version_y;
  size_t rows;     /* of a batch */
  const void *how; /* the table that epoch() was given, or NULL */
  bool shuffle;    /* was their order drawn? */
  uint32_t rng[4]; /* the fingerprint of the generator after the last of them */
} Noted;

typedef struct Network {
  mg_network net; /* the engine's network */

  /* Data. A version is that of a matrix's storage, which every write from Lua changes. */
  Matrix *X, *y;                 /* the attached data, or NULL */
  bool checked;                  /* have the attached X and y passed the checks of network_check_data? */
  uint64_t checked_X, checked_y; /* their versions then */
  const Matrix *staged_X;        /* the attached matrix whose rows the batch holds, or NULL */
  const Matrix *staged_y;        /* the same for the targets of the batch */
  uint64_t version_X, version_y; /* their versions when they were copied into the batch */
  uint64_t staged;               /* how often that was done, or a write from Lua into the batch was found */

  /* Memory. */
  Storage *parameters;    /* storage of theta, grad, dtheta, previous */
  Storage *states;        /* of the optimiser's states, or NULL */
  Storage *batch;         /* storage of a, z, delta and y, or NULL */
  uint64_t version_batch; /* its version when network_attach last looked at it */
  size_t order_rows;      /* length of the order in KEEP_ORDER */

  /* Running. */
  double last_cost;         /* the cost that a report, cost() or forward() last showed; NAN for none */
  uint64_t last_cost_epoch; /* the epoch that it was of */
  Running *running;         /* for a network with functions written in Lua; else NULL */
  bool busy;                /* is a pass running that may call such a function? */
  bool unpaired;            /* does the cost require another output activation than the network has? */
  bool held;                /* is there a hold of it? see hold.c */
  bool watched;             /* are there watches, which are evaluated while it steps? */
  bool looking;             /* is one being evaluated? */

  /* A walk: one step, operation by operation. */
  bool walking;   /* is there a walk? Any other pass ends it */
  size_t walked;  /* its operations so far */
  uint64_t walks; /* how many walks there have been */

  /* Counters, by which saved sessions and the past see changes. */
  uint64_t stepped; /* epochs that step() ran */
  uint64_t changed; /* other changes, except writes from Lua */
  uint64_t moved;   /* of those, changes of THETA by anything but whole epochs */
  Noted noted;
} Network;

/* The network at index idx; raises for anything else. */
Network *network_check(lua_State *L, int idx);

/* The layer number (1 .. n_layers) at index idx, returned as 0 .. n_layers - 1; raises for other values. what
   is its name for the message. */
size_t network_layer(lua_State *L, int idx, const Network *n, const char *what);

/* A number that is equal for two networks when, and almost only when, their flat arrays and batches have the
   same layout: precision, sizes of layers, biases, number of states. Images are checked by it. */
uint64_t network_shape(const mg_network *net);

/* Makes room for batches of up to rows rows, in the network at index idx. just: for exactly rows rows. Views
   that were taken before keep the old memory, so that they show one pass and not parts of two. New room holds
   no batch. */
void network_room(lua_State *L, int idx, size_t rows, bool just);

/* The cost at index idx, a name or an object written in Lua, with the scale at index idx + 1 (default: the
   network's). Raises when there is no such cost, or when it requires another output activation. */
mg_cost network_cost(lua_State *L, int idx, Network *n, const char *who);

/* Has net the output activation that the cost requires? Only the logarithmic costs require one. */
bool network_pairs(const mg_network *net, const mg_cost_kind *kind);

/* Raises when the shapes of X and y do not fit each other or the network. y may be NULL. */
void network_check_shapes(lua_State *L, const char *who, const Network *n, const Matrix *X, const Matrix *y);

/* Raises also when they have numbers that are not finite, or targets that the cost does not allow. */
void network_check_data(lua_State *L, const char *who, Network *n, const Matrix *X, const Matrix *y);

/* Raises when the network has no batch. */
void network_check_batch(lua_State *L, const char *who, const Network *n);

/* Makes the attached X, and y if with_y, the batch of n, which is at index idx. Raises when no X or y is
   attached, or when they do not fit. */
void network_attach(lua_State *L, int idx, Network *n, const char *who, bool with_y);

/* The matrix at index idx. If it is a view of n's batch, a copy replaces it on the stack, as copying it into
   the batch would overlap. */
Matrix *network_apart(lua_State *L, int idx, const Network *n);

/* Sets the columns of ones of all A to 1, as Lua may have written to them. */
void network_ones(Network *n);

/* The kinds of change to a network, as bits. */
enum {
  TOUCH_SETTING = 1, /* of a setting, or of the results of passes */
  TOUCH_THETA = 2,   /* of THETA, by anything but whole epochs */
  TOUCH_PASS = 4,    /* a pass that is not of the walk: the walk ends */
  TOUCH_X = 8,       /* the batch no longer holds the rows of the attached X */
  TOUCH_Y = 16,      /* the batch no longer holds the targets of the attached y */
  TOUCH_BATCH = TOUCH_X | TOUCH_Y
};

/* Records changes of these kinds; every function that changes a network calls it. */
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

/* Has the current walk done this operation? */
static inline bool network_walked(const Network *n, mg_op op) { return mg_op_index(&n->net, op) < n->walked; }

/* Raises the error about a number that is not finite: where the first one is, and which THETA is kept. moved:
   was it an update that led to it? */
int network_nonfinite(lua_State *L, const char *who, const mg_network *net, const mg_where *w, bool moved);

/* Pushes an image (a saved copy) of the network n, which is at index 1. how: "whole", all results of the pass
   included; "theta", what training needs to go on; "before", the same one epoch ago. */
typedef struct Image Image;
void image_push(lua_State *L, Network *n, const char *how);

/* Restores the network n, at index 1, from an image. An image that is not whole has no results of a pass:
   alive says whether those of the network stay; if not, they count as not computed. Needs no memory when the
   network has room for as many rows as the image. */
void image_put(lua_State *L, Network *n, const Image *m, bool alive);

/* --- the past: noting changes for undo and seek -------------------------------------------------------

   When there is not enough memory to note something, the past is lost, but the command goes on. */

/* Marks all changes of n until now as noted. */
void past_known(Network *n);

/* To be called before a change of the network at index 1. what is a literal, by which undo names the
   change. */
void past_before(lua_State *L, const char *what);

/* Are all changes of n noted, except for calls that are counted? If not, past_note must be called before the
   batch changes. */
#define PAST_DUE .1 /* seconds of counted calls after which Lua is to note them, and may take an image */
static inline bool past_is_noted(const Network *n) {
  const Noted *p = &n->noted;
  return p->changed == n->changed && p->written == network_written(n) && p->seconds < PAST_DUE && !p->lost;
}
void past_note(lua_State *L, Network *n); /* the network is at index 1, here and below */

/* To be asked before step() runs count epochs: is it enough to count this call afterwards? If not,
   past_before_step must be called before it. */
static inline bool past_counts(const Network *n, lua_Integer count) {
  return n->noted.n == count && n->noted.staged == n->staged && n->net.n_dropouts == 0;
}
void past_before_step(lua_State *L, Network *n, lua_Integer count);

/* To be called after step(): past_count when all its epochs were done, past_short_step when not. */
static inline void past_count(Network *n, double seconds) {
  n->noted.times++;
  n->noted.seconds += seconds;
}
void past_short_step(lua_State *L, Network *n, const mg_run *run);

/* To be called before and after one epoch of mini-batches. X and y are at indices 2 and 3, whether it shuffles
   at 5, the table of further settings at 8; g is the generator that it draws from, or NULL; ok: was the epoch
   completed? */
void past_before_epoch(lua_State *L, Network *n, size_t batch, const mg_rng *g);
void past_after_epoch(Network *n, const mg_rng *g, bool ok, double seconds);

/* The passes that follow draw masks, where n, at index 1, has layers with dropout; or no longer. */
void network_draws(lua_State *L, Network *n, bool draws);

/* The generator of the network at index idx: its private one, else the shared one. */
mg_rng *network_rng(lua_State *L, int idx);

#endif
