/* xor.c - the limit for XOR: training the article's {2, 2, 2, 1} by straight-line C code.

   It has no loops over layers or units and calls nothing but libm's exp: the least work when nothing is
   general. */

#include "peer.h"

#include <math.h>

static const double X[4][2] = {{0, 0}, {0, 1}, {1, 0}, {1, 1}};
static const double Y[4] = {0, 1, 1, 0};

static double w[15]; /* THETA[1] 2 x 3, THETA[2] 2 x 3, THETA[3] 1 x 3, bias first */
static double eta;

static inline double sigmoid(double z) { return 1 / (1 + exp(-z)); }

static void train(long epochs) {
  for (long e = 0; e < epochs; e++) {
    double g[15] = {0};
    for (int r = 0; r < 4; r++) {
      const double x1 = X[r][0], x2 = X[r][1];
      const double a1 = sigmoid(w[0] + w[1] * x1 + w[2] * x2);
      const double a2 = sigmoid(w[3] + w[4] * x1 + w[5] * x2);
      const double b1 = sigmoid(w[6] + w[7] * a1 + w[8] * a2);
      const double b2 = sigmoid(w[9] + w[10] * a1 + w[11] * a2);
      const double p = sigmoid(w[12] + w[13] * b1 + w[14] * b2);
      const double d = (p - Y[r]) * p * (1 - p);
      const double e1 = d * w[13] * b1 * (1 - b1), e2 = d * w[14] * b2 * (1 - b2);
      const double f1 = (e1 * w[7] + e2 * w[10]) * a1 * (1 - a1);
      const double f2 = (e1 * w[8] + e2 * w[11]) * a2 * (1 - a2);
      g[0] += f1, g[1] += f1 * x1, g[2] += f1 * x2;
      g[3] += f2, g[4] += f2 * x1, g[5] += f2 * x2;
      g[6] += e1, g[7] += e1 * a1, g[8] += e1 * a2;
      g[9] += e2, g[10] += e2 * a1, g[11] += e2 * a2;
      g[12] += d, g[13] += d * b1, g[14] += d * b2;
    }
    for (int i = 0; i < 15; i++) w[i] -= eta * g[i];
  }
}

static double mse(void) {
  double sum = 0;
  for (int r = 0; r < 4; r++) {
    const double a1 = sigmoid(w[0] + w[1] * X[r][0] + w[2] * X[r][1]);
    const double a2 = sigmoid(w[3] + w[4] * X[r][0] + w[5] * X[r][1]);
    const double b1 = sigmoid(w[6] + w[7] * a1 + w[8] * a2), b2 = sigmoid(w[9] + w[10] * a1 + w[11] * a2);
    const double p = sigmoid(w[12] + w[13] * b1 + w[14] * b2);
    sum += (p - Y[r]) * (p - Y[r]);
  }
  return sum / 4;
}

int main(int argc, char *argv[]) {
  if (argc < 8) return 2;
  peer_task task = peer_read(argv);
  for (int i = 0; i < 15; i++) w[i] = peer_weight(&task);
  eta = task.eta;
  peer_serve("", train, mse);
}
