/* custom_call.h - activations and costs that are written in Lua: their types, shared by custom.c and
   custom_call.c. */

#ifndef MG_BINDING_OWN_CALL_H
#define MG_BINDING_OWN_CALL_H

#include "call.h"
#include "custom.h"

#define CUSTOM_OBJECTS   "moongrad.own" /* registry key: a weak table, address of a structure -> its object */
#define CUSTOM_OPTIMISER "moongrad.optimizer"

/* The name in the table at index 1 of what the other two fields are functions of; left at index 2. */
const char *custom_name(lua_State *L, const char *f, const char *derivative);

/* Pushes an object of class, size bytes; its user values are the table at index 1 and the name at 2, which it
   keeps. Its address leads to it. */
void *custom_object(lua_State *L, const char *class, size_t size);

/* The one Running of the state. */
Running *custom_running(lua_State *L);

/* How a function is called: for each element with numbers, once with matrices, or with matrices and, if that
   fails, with numbers. */
typedef enum Way { BY_NUMBERS, BY_MATRICES, EITHER_WAY } Way;

typedef struct OwnActivation {
  mg_activation g;
  Running *running;
  Way f, df;
} OwnActivation;

typedef struct OwnCost {
  mg_cost_kind kind;
  Running *running;
  Way f, delta;
  bool mean; /* is J a mean over the rows that f gets? If not, it is their sum */
} OwnCost;

/* The functions that the engine calls (activation.h, cost.h). They call Lua. On an error they leave its
   message on the stack and return MG_FAILED. */
mg_status custom_forward(const mg_activation *self, const mg_mat *z, mg_mat *a, size_t from, size_t to);
mg_status custom_backward(const mg_activation *self, const mg_mat *z, const mg_mat *a, mg_mat *delta,
                          size_t from, size_t to);
double custom_factor(const mg_cost *cost, size_t n_rows, size_t n_out);
mg_status custom_sum(const mg_cost *cost, const mg_mat *z, const mg_mat *yhat, const mg_mat *y, size_t from,
                     size_t to, double *total);
mg_status custom_delta(const mg_cost *cost, const mg_mat *z, const mg_mat *yhat, const mg_mat *y,
                       mg_mat *delta, double of_all, size_t from, size_t to);

#endif
