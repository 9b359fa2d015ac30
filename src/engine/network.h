/* network.h - a feed-forward network: L weight layers over flat parameter arrays.

   Names and shapes; layers are counted from 0 in C:

     theta[l]  n_out x (1 + n_in)   column 0 is the bias; views of one flat array
     a[l]      rows x (1 + n)       column 0 is ones; a[0] = [1 X]; a[L] = yhat, which has no ones
     z[l], delta[l]  rows x n_out   delta = dJ/dz
     grad[l], dtheta[l]             shaped as theta[l]

   The engine allocates no memory: the caller asks how many bytes are needed and passes
   zeroed memory, which it owns. A network must be used by one thread at a time. There is
   no shared state, so several networks may be used at once. */

#ifndef MG_NETWORK_H
#define MG_NETWORK_H

#include <stdint.h>

#include "activation.h"
#include "cost.h"
#include "kernels.h"
#include "mat.h"
#include "optimiser.h"
#include "pace.h"
#include "random.h"
#include "status.h"
#include "team.h"
#include "trace.h"

#define MG_TINY     8  /* layers of fewer units are not padded, and tiny.c may compute them */
#define MG_FEW_ROWS 64 /* tiny.c computes no larger batches: there, calls between operations cost little */

#define MG_MAX_PARTS 64 /* the most parts that an operation is divided into, for threads */

enum { MG_FROZEN_BIAS = 1, MG_FROZEN_WEIGHTS = 2 };

/* The description of a layer that a caller gives to mg_network_make. */
typedef struct mg_layer_spec {
  size_t n_out;
  const mg_activation *activation;
  bool bias;      /* false: column 0 of theta stays 0 and has gradient 0 */
  double dropout; /* the share of its activations that a pass which draws leaves out; 0 of the last layer */
} mg_layer_spec;

typedef struct mg_layer {
  size_t n_in, n_out;
  const mg_activation *activation;
  bool bias;
  unsigned frozen;            /* MG_FROZEN_*: the parts that the update does not change */
  double dropout;             /* the share of out that is left out, as the spec says */
  double eta_scale;           /* its updates go by so many times eta */
  mg_mat theta, grad, dtheta; /* n_out x (1 + n_in), input-major in memory */
  mg_mat in;                  /* a of the layer below, with its ones */
  mg_mat z, out, delta;       /* rows x n_out; out is a of this layer without its ones */
  mg_mat mask, whole; /* of a layer with dropout: 0 or 1 / (1 - dropout); out before it was multiplied */
} mg_layer;

/* How much of a pass over the current batch has been computed. */
typedef enum mg_made { MG_NOTHING, MG_FORWARD, MG_BACKWARD } mg_made;

/* What an epoch asks of each batch besides the pass and the update. */
typedef struct mg_training {
  double clip;           /* GRAD is shortened to this norm where it is longer; 0: never */
  double max_norm;       /* so are the weights into each unit after an update; 0: never */
  const mg_mat *weights; /* of the rows' losses, N x 1, or NULL: all 1 */
  const uint32_t *order; /* which of them the batch's rows have: set by mg_epoch */
  size_t first;          /* or, where order is NULL, from this one on */
  uint64_t clipped;      /* batches whose GRAD was */
} mg_training;

typedef struct mg_network {
  size_t n_layers; /* L */
  mg_layer *layer; /* [L] */
  mg_cost cost;
  double eta, l1, l2;
  double bias_l1, bias_l2; /* as l1 and l2, of the biases */
  uint64_t epoch;
  uint64_t t;   /* updates since the optimiser's states were 0 */
  mg_type type; /* of all matrices; J and metrics are doubles */
  const mg_kernels *kernels;

  size_t n_theta; /* length of the flat arrays, padding included */
  mg_flats flat;  /* those arrays; as many states as the optimiser has */
  void *home;     /* where theta lies; fused passes may exchange it with previous until mg_unfuse */
  const mg_optimiser *optimiser;
  double number[MG_MAX_NUMBERS]; /* the optimiser's settings, in the order of its table */
  mg_range *range;               /* [2 L] ranges of the flat arrays that are not frozen, in order */
  size_t n_ranges;

  mg_trace *trace;       /* of its cost, or NULL; set by the caller */
  mg_training *training; /* of the epoch that runs, or NULL: nothing is asked */

  size_t n_dropouts; /* layers with dropout */
  mg_rng *rng;       /* draws their masks in a pass, or NULL: nothing is left out; set by the caller */
  bool dropped;      /* has the pass that was made masks? */

  bool gathered; /* has tiny.c read the current batch? */
  void *tiny;    /* room for passes of tiny.c, or NULL: a layer is too wide */

  size_t capacity, rows; /* rows that there is room for; rows of the current batch */
  mg_mat y;              /* rows x K, the targets of the batch */
  mg_targets targets;    /* the kind of the targets */
  size_t block;          /* rows of a block: mg_stopped is called after each */
  mg_made made;          /* how much of a pass over the current batch has been computed */
  bool updated;          /* has there been an update, so that dtheta is valid? */
  int bug;               /* the mistake planted in the backward pass (planted.h): an mg_bug, or 0 */
  double sum, j;         /* the batch's sum of losses so far; J of the last whole forward pass */

  size_t scratch_rows;  /* rows of the four matrices below, which evaluations use */
  mg_mat scratch_in[2]; /* activations with ones, wide enough for any layer, for layers in turn */
  mg_mat scratch_z;     /* pre-activations, wide enough for any layer */
  mg_mat scratch_y;     /* targets */
  size_t parts;         /* the most parts that an operation is divided into */
  mg_team *team;        /* the threads that compute them, or NULL; set by the caller */
  mg_pace pace;         /* how many of them take part in the passes of training */
  void *room;           /* room for the products, for each part one */
  size_t room_size;     /* numbers of room of one part */
  mg_stop stop;         /* asked whether to stop; set by the caller */
} mg_network;

/* l1 and l2 of the parameters in column j of THETA: column 0 holds the biases. */
static inline double mg_l1(const mg_network *net, size_t j) { return j > 0 ? net->l1 : net->bias_l1; }
static inline double mg_l2(const mg_network *net, size_t j) { return j > 0 ? net->l2 : net->bias_l2; }

/* Bytes that a network of n_in inputs and these layers needs; 0 when a size is 0 or the count overflows. */
size_t mg_network_bytes(mg_type type, size_t parts, size_t n_in, size_t n_layers, const mg_layer_spec *spec);

/* Makes net in zeroed memory of that size, aligned to 64 bytes. THETA is 0, eta 0.1, the cost "sse".
   The activations must be of the same type. When net->team is set, its threads compute large
   operations in up to parts parts. */
void mg_network_make(mg_network *net, mg_type type, size_t parts, size_t n_in, size_t n_layers,
                     const mg_layer_spec *spec, void *memory);

/* Bytes that batches of up to rows rows need; 0 when the count overflows. */
size_t mg_batch_bytes(const mg_network *net, size_t rows);

/* Gives net room for batches of up to rows rows in zeroed memory of mg_batch_bytes, aligned to
   64 bytes. The current batch and its pass are lost. */
void mg_network_room(mg_network *net, size_t rows, void *memory);

/* Freezes those parts of layer l whose bits of MG_FROZEN_* are set in parts, and unfreezes the others.
   DTHETA and the states of a frozen part are 0. */
void mg_network_freeze(mg_network *net, size_t l, unsigned parts);

/* The updates of layer l go by scale times eta. */
void mg_network_scale_eta(mg_network *net, size_t l, double scale);

/* Bytes of room that the states of an optimiser need; 0 when it has none. */
size_t mg_states_bytes(const mg_network *net, const mg_optimiser *optimiser);

/* Gives net an optimiser and the optimiser's settings, number, in the order of its table. room, when the
   optimiser is another than net has: mg_states_bytes of zeroed memory, aligned to 64; the states are then 0.
   room NULL: net has this optimiser already, and its states stay. */
void mg_network_optimise(mg_network *net, const mg_optimiser *optimiser, const double *number, void *room);

/* State k of the optimiser for layer l, a view. */
mg_mat mg_state(const mg_network *net, size_t k, size_t l);

/* Sets the optimiser's states and the number of updates to 0, as before the first update. */
void mg_network_forget(mg_network *net);

/* The index of theta[l](i, j) in the flat arrays; grad, dtheta and the states have the same. */
size_t mg_place(const mg_network *net, size_t l, size_t i, size_t j);

/* Replaces the activation of layer l. */
void mg_network_activate(mg_network *net, size_t l, const mg_activation *activation);

/* Sets column 0 of theta[l] to 0 when layer l has no biases. */
void mg_clear_bias(mg_network *net, size_t l);

static inline size_t mg_network_n_in(const mg_network *net) { return net->layer[0].n_in; }
static inline size_t mg_network_n_out(const mg_network *net) { return net->layer[net->n_layers - 1].n_out; }

/* a[l], l = 0 .. L: with its column of ones for l < L, without for l = L. */
static inline mg_mat mg_network_a(const mg_network *net, size_t l) {
  return l < net->n_layers ? net->layer[l].in : net->layer[l - 1].out;
}

#endif
