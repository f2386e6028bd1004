"""Updates of optimizers."""

import numpy


def _prepared(weight, grad, rescale_grad=1, clip_gradient=-1, wd=0):
    grad = grad * rescale_grad
    if clip_gradient >= 0:
        grad = grad.clip(-clip_gradient, clip_gradient)
    return grad + wd * weight if wd else grad


def sgd_update(weight, grad, lr, **options):
    return weight - lr * _prepared(weight, grad, **options)


def sgd_mom_update(weight, grad, mom, lr, momentum=0.9, nesterov=False, **options):
    step = lr * _prepared(weight, grad, **options)
    state = momentum * mom - step
    return weight + (momentum * state - step if nesterov else state), state


def adam_update(weight, grad, mean, var, lr, beta1=0.9, beta2=0.999, epsilon=1e-8, **options):
    grad = _prepared(weight, grad, **options)
    mean = beta1 * mean + (1 - beta1) * grad
    var = beta2 * var + (1 - beta2) * grad * grad
    return weight - lr * mean / (numpy.sqrt(var) + epsilon), mean, var


def adamw_update(weight, grad, mean, var, lr, eta, wd=0.0, **options):
    return adam_update(weight * (1 - eta * wd), grad, mean, var, lr, **options)


def rmsprop_update(weight, grad, square, lr, rho=0.9, epsilon=1e-8, **options):
    grad = _prepared(weight, grad, **options)
    square = rho * square + (1 - rho) * grad * grad
    return weight - lr * grad / (numpy.sqrt(square) + epsilon), square


def rmsprop_centered_update(
    weight, grad, square, mean, step, lr, rho=0.9, momentum=0.9, epsilon=1e-8, **options
):
    grad = _prepared(weight, grad, **options)
    square = rho * square + (1 - rho) * grad * grad
    mean = rho * mean + (1 - rho) * grad
    step = momentum * step - lr * grad / numpy.sqrt(square - mean * mean + epsilon)
    return weight + step, square, mean, step


def adagrad_update(weight, grad, history, lr, epsilon=1e-6, **options):
    grad = _prepared(weight, grad, **options)
    history = history + grad * grad
    return weight - lr * grad / (numpy.sqrt(history) + epsilon), history
