/* blas.c - finding CBLAS at run time. */

#define _GNU_SOURCE
#include "blas.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

/* dlsym gives an object pointer, ISO C a function pointer: the bytes are the same on every POSIX system. */
#define SYMBOL(function, library, name)              \
  do {                                               \
    void *symbol_ = dlsym(library, name);            \
    memcpy(&(function), &symbol_, sizeof(function)); \
  } while (0)

static void *open_first(void) {
  const char *wanted = getenv("MOONGRAD_BLAS");
  if (wanted != NULL && *wanted != '\0')
    return strcmp(wanted, "none") == 0 ? NULL : dlopen(wanted, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  static const char *const names[] = {"libopenblas.so.0", "libblas.so.3", "libcblas.so.3"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    void *library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (library != NULL) return library;
  }
  return NULL;
}

mg_blas mg_blas_load(void) {
  mg_blas blas = {NULL, false};
  void *library = open_first();
  if (library == NULL) return blas;
  void (*set_num_threads)(int);
  SYMBOL(blas.dgemm, library, "cblas_dgemm");
  SYMBOL(set_num_threads, library, "openblas_set_num_threads");
  if (set_num_threads != NULL) set_num_threads(1);
  blas.fast = set_num_threads != NULL || dlsym(library, "bli_info_get_version_str") != NULL ||
              dlsym(library, "MKL_Get_Version") != NULL;
  dlclose(library); /* RTLD_NODELETE: the code stays, the handle does not */
  return blas;
}
