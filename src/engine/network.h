/* network.h - a feed-forward network: L weight layers over flat parameter arrays.

   Names and shapes are DESIGN's, indices from 0 in C:

     theta[l]  n_out x (1 + n_in)   column 0 the bias; views on one flat theta
     a[l]      rows x (1 + n)       leading column of ones; a[0] = [1 X]; a[L] = yhat, without
     z[l], delta[l]  rows x n_out   delta = dJ/dz
     grad[l], dtheta[l]  as theta[l]

   The engine allocates nothing: the caller asks for sizes and hands over zeroed
   memory, so that it decides who owns it and who counts it. A network is used by
   one thread at a time; there is no shared state, so many networks may run at once. */

#ifndef MG_NETWORK_H
#define MG_NETWORK_H

#include <stdint.h>

#include "activation.h"
#include "cost.h"
#include "kernels.h"
#include "mat.h"
#include "optimiser.h"
#include "random.h"
#include "status.h"
#include "team.h"

#define MG_TINY     8  /* layers of fewer units are packed, and may be fused */
#define MG_FEW_ROWS 64 /* batches of more are not fused: calls between operations no longer matter there */

#define MG_MAX_PARTS 64 /* an operation is done in */

enum { MG_FROZEN_BIAS = 1, MG_FROZEN_WEIGHTS = 2 };

/* What a caller says of a layer. */
typedef struct mg_layer_spec {
  size_t n_out;
  const mg_activation *activation;
  bool bias; /* false: column 0 of theta stays 0 and has gradient 0 */
} mg_layer_spec;

typedef struct mg_layer {
  size_t n_in, n_out;
  const mg_activation *activation;
  bool bias;
  unsigned frozen;            /* MG_FROZEN_*: what the update leaves where it is */
  mg_mat theta, grad, dtheta; /* n_out x (1 + n_in), input-major in memory */
  mg_mat in;                  /* a of the layer below, with its ones */
  mg_mat z, out, delta;       /* rows x n_out; out is a without the ones */
} mg_layer;

/* A stretch of the flat arrays that the update may touch. */
typedef struct mg_range {
  size_t from, count;
} mg_range;

/* How much of a pass has been made, in the order it is made. */
typedef enum mg_made { MG_NOTHING, MG_FORWARD, MG_BACKWARD } mg_made;

typedef struct mg_network {
  size_t n_layers; /* L */
  mg_layer *layer; /* [L] */
  mg_cost cost;
  double eta, l1, l2;
  uint64_t epoch;
  uint64_t t;   /* updates since the optimiser's states were 0 */
  mg_type type; /* of every number but targets' kinds, J and metrics */
  const mg_kernels *kernels;

  size_t n_theta; /* length of the flat arrays, padding included */
  mg_flats flat;  /* those arrays; of the states those of the optimiser */
  void *home;     /* where views of theta look: theta, but within a run of fused passes */
  const mg_optimiser *optimiser;
  double number[MG_MAX_NUMBERS]; /* the optimiser's, in the order of its table */
  mg_range *range;               /* [2 L] stretches that are not frozen, in order */
  size_t n_ranges;

  bool gathered; /* has tiny.c read this batch, for these activations? */
  void *tiny;    /* room for passes of tiny.c, or NULL: a layer is too wide */

  size_t capacity, rows; /* rows there is room for; rows of the current batch */
  mg_mat y;              /* rows x K, the targets of the batch */
  mg_targets targets;    /* what kind of numbers they are */
  size_t block;          /* rows of a pass between two questions whether to stop */
  mg_made made;          /* of the current batch's pass */
  bool updated;          /* is there a dtheta? */
  int bug;               /* a mistake planted in the backward pass, an mg_bug, or 0 */
  double sum, j;         /* the batch's sum of losses so far; J of the last whole forward pass */

  size_t scratch_rows;  /* rows of the four below */
  mg_mat scratch_in[2]; /* activations with ones, wide enough for any layer, used in turn */
  mg_mat scratch_z;     /* pre-activations, likewise */
  mg_mat scratch_y;     /* targets */
  size_t parts;         /* that an operation may be done in */
  mg_team *team;        /* who does them, or NULL; set by the caller */
  void *room;           /* for the products, of each part */
  size_t room_size;     /* numbers of one such room */
  mg_stop stop;         /* who to ask whether to go on; set by the caller */
} mg_network;

/* Bytes a network of n_in inputs and these layers needs; 0 when a size is 0 or the count overflows. */
size_t mg_network_bytes(mg_type type, size_t parts, size_t n_in, size_t n_layers, const mg_layer_spec *spec);

/* Makes net in zeroed memory of that size, aligned to 64 bytes. THETA is 0, eta 0.1, cost sse.
   The activations are of the same type. Large operations may be done in up to parts parts, by the
   threads of net->team, once there is one. */
void mg_network_make(mg_network *net, mg_type type, size_t parts, size_t n_in, size_t n_layers,
                     const mg_layer_spec *spec, void *memory);

/* Bytes that batches of up to rows rows need; 0 when the count overflows. */
size_t mg_batch_bytes(const mg_network *net, size_t rows);

/* Gives net room for batches of rows rows in zeroed memory of that size, aligned to
   64 bytes. What the last pass made is forgotten. */
void mg_network_room(mg_network *net, size_t rows, void *memory);

/* Freezes parts of layer l: bits of MG_FROZEN_*. DTHETA of a frozen part is 0. */
void mg_network_freeze(mg_network *net, size_t l, unsigned parts);

/* Bytes of room for the states of an optimiser; 0 when it has none. */
size_t mg_states_bytes(const mg_network *net, const mg_optimiser *optimiser);

/* Gives net an optimiser and its numbers, in the order of its table. room: so many zeroed bytes, aligned to
   64, for an optimiser that net does not have yet, whose states begin at 0; else NULL: they stay. */
void mg_network_optimise(mg_network *net, const mg_optimiser *optimiser, const double *number, void *room);

/* The states are 0, as before the first update. */
void mg_network_forget(mg_network *net);

/* Where theta[l](i, j) and its kin are in the flat arrays. */
size_t mg_place(const mg_network *net, size_t l, size_t i, size_t j);

/* Replaces the activation of layer l. */
void mg_network_activate(mg_network *net, size_t l, const mg_activation *activation);

/* Column 0 of a layer without bias is 0, whatever was written there. */
void mg_clear_bias(mg_network *net, size_t l);

static inline size_t mg_network_n_in(const mg_network *net) { return net->layer[0].n_in; }
static inline size_t mg_network_n_out(const mg_network *net) { return net->layer[net->n_layers - 1].n_out; }

/* a[l], l = 0 .. L: with ones below L, without at L. */
static inline mg_mat mg_network_a(const mg_network *net, size_t l) {
  return l < net->n_layers ? net->layer[l].in : net->layer[l - 1].out;
}

#endif
