/* fann.c - the library FANN as a peer, in the precision of FANN_HEADER.

   A batch is a view of the shuffled rows' pointers, given to fann_train_epoch, so no row is copied. FANN's
   steepness of .5 makes its sigmoid the usual one (1 for its tanh), its update is the mean over the batch
   (eta times rows for a cost that is a sum), and it bounds derivatives away from 0. HOW is exact, or
   stepwise: sigmoids by linear interpolation in a table of six points. */

#include FANN_HEADER
#include "peer.h"

static peer_task task;
static struct fann *net;
static struct fann_train_data *data;
static fann_type **input, **output; /* the rows, in their original order */
static uint32_t *order;

static void fill(unsigned n_in, unsigned n_out) {
  const unsigned n = task.rows;
  mg_rng g;
  mg_rng_seed(&g, DATA_SEED);
  for (unsigned i = 0; i < n; i++) {
    for (unsigned j = 0; j < n_in; j++)
      data->input[i][j] = (fann_type)(n == 4      ? (i >> (1 - j) & 1)
                                      : n_in == 2 ? mg_rng_normal(&g)
                                                  : mg_rng_uniform(&g));
    for (unsigned k = 0; k < n_out; k++) data->output[i][k] = i % n_out == k;
    if (n == 4)
      data->output[i][0] = i == 1 || i == 2;
    else if (n_in == 2) {
      const double x = (double)data->input[i][0], y = (double)data->input[i][1];
      data->output[i][0] = x * x + y * y < 1.386;
    }
  }
}

static void train(long epochs) {
  struct fann_train_data batch = *data;
  for (long e = 0; e < epochs; e++) {
    if (task.batch < task.rows) {
      mg_rng_permutation(&task.rng, task.rows, order);
      for (unsigned i = 0; i < task.rows; i++) {
        data->input[i] = input[order[i]];
        data->output[i] = output[order[i]];
      }
    }
    for (unsigned from = 0; from < task.rows; from += task.batch) {
      batch.num_data = task.rows - from < task.batch ? task.rows - from : task.batch;
      batch.input = data->input + from;
      batch.output = data->output + from;
      fann_train_epoch(net, &batch);
    }
  }
}

static double mse(void) {
  const unsigned k = task.layers[task.n_layers - 1];
  double sum = 0;
  for (unsigned i = 0; i < task.rows; i++) {
    const fann_type *p = fann_run(net, data->input[i]);
    for (unsigned j = 0; j < k; j++) {
      const double d = (double)(p[j] - data->output[i][j]);
      sum += d * d;
    }
  }
  return sum / task.rows / k;
}

/* FANN stores the weights of a unit one after the other, the bias last. */
static void draw(void) {
  fann_type *w = net->weights;
  for (unsigned l = 1; l < task.n_layers; l++)
    for (unsigned i = 0; i < task.layers[l]; i++, w += task.layers[l - 1] + 1) {
      w[task.layers[l - 1]] = (fann_type)peer_weight(&task);
      for (unsigned j = 0; j < task.layers[l - 1]; j++) w[j] = (fann_type)peer_weight(&task);
    }
}

int main(int argc, char *argv[]) {
  if (argc < 8) return 2;
  task = peer_read(argv);
  const unsigned n_in = task.layers[0], n_out = task.layers[task.n_layers - 1];
  const int stepwise = strcmp(task.how, "stepwise") == 0, tanh_hidden = strcmp(task.hidden, "tanh") == 0;
  const enum fann_activationfunc_enum sigmoid = stepwise ? FANN_SIGMOID_STEPWISE : FANN_SIGMOID;
  const enum fann_activationfunc_enum tanh =
      stepwise ? FANN_SIGMOID_SYMMETRIC_STEPWISE : FANN_SIGMOID_SYMMETRIC;

  net = fann_create_standard_array(task.n_layers, task.layers);
  data = fann_create_train(task.rows, n_in, n_out);
  input = malloc(task.rows * sizeof *input);
  output = malloc(task.rows * sizeof *output);
  order = malloc(task.rows * sizeof *order);
  if (net == NULL || data == NULL || input == NULL || output == NULL || order == NULL) return 1;
  fann_set_activation_function_hidden(net, tanh_hidden ? tanh : sigmoid);
  fann_set_activation_steepness_hidden(net, tanh_hidden ? 1 : (fann_type).5);
  fann_set_activation_function_output(net, sigmoid);
  fann_set_activation_steepness_output(net, (fann_type).5);
  fann_set_training_algorithm(net, FANN_TRAIN_BATCH);
  fann_set_train_error_function(net, FANN_ERRORFUNC_LINEAR);
  fann_set_learning_rate(net, (float)(task.eta * (task.rows == 4 ? task.rows : 1)));
  fill(n_in, n_out);
  memcpy(input, data->input, task.rows * sizeof *input);
  memcpy(output, data->output, task.rows * sizeof *output);
  draw();
  peer_serve("", train, mse);
}
