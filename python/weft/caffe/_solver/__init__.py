"""Caffe's solvers: a solver.prototxt that trains a net, with lines as Caffe prints."""

from weft.caffe._solver._solver import Solver

__all__ = ["Solver"]
