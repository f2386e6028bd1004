/* The same as driver.cpp by MPI_Allreduce: `mpi BYTES LARGE SMALL`, under mpirun. */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

static int rank, ranks;

static double reduce(float* x, float* y, int count) {
  double start = MPI_Wtime();
  MPI_Allreduce(x, y, count, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD);
  start = MPI_Wtime() - start;
  if (y[count - 1] != (float)(ranks * (ranks - 1) / 2 + ranks)) exit(1);
  return start;
}

int main(int argc, char** argv) {
  int given, i, part, count, large, small;
  float *x, *y;
  if (argc != 4) return 2;
  count = (int)(atoll(argv[1]) / 4), large = atoi(argv[2]), small = atoi(argv[3]);
  MPI_Init_thread(&argc, &argv, MPI_THREAD_MULTIPLE, &given);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  x = malloc(4 * (size_t)count), y = malloc(4 * (size_t)count);
  for (i = 0; i < count; ++i) x[i] = (float)(rank + 1), y[i] = 0;
  for (i = 0; i < large; ++i) {
    double seconds;
    reduce(x, y, 1);
    seconds = reduce(x, y, count);
    if (rank == 0) printf("large %.9f\n", seconds);
  }
  for (i = 0; i < small / 10; ++i) reduce(x, y, 1);
  for (part = 0; part < 10; ++part) {
    double start = MPI_Wtime();
    for (i = 0; i < small / 10; ++i) reduce(x, y, 1);
    if (rank == 0) printf("small %.9f\n", (MPI_Wtime() - start) / (small / 10));
  }
  free(x), free(y);
  MPI_Finalize();
  return 0;
}
