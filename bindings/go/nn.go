package weft

import "math"

// Weight is an array of a network with its name.
type Weight struct {
	Name  string
	Array *Tensor
}

// Layer is a part of a network. Calls end the body of Try where they fail.
type Layer interface {
	Call(x *Tensor) *Tensor
	Weights() []Weight
}

// Glorot makes weights that are uniform, as wide as keeps the variance of signals (Glorot and Bengio,
// 2010). The first extent counts outputs, the second inputs, others are a window.
func Glorot(shape ...int64) *Tensor {
	window := int64(1)
	for _, extent := range shape[2:] {
		window *= extent
	}
	high := math.Sqrt(6 / float64((shape[0]+shape[1])*window))
	return Must(Uniform(shape, Float32, &UniformOptions{Low: P(-high), High: P(high)}))
}

// Activation is a function behind a layer; nil is none.
type Activation func(x Operand) (*Tensor, error)

func (f Activation) of(x *Tensor) *Tensor {
	if f == nil {
		return x
	}
	return Must(f(x))
}

// Dense is y = activation(x W' + b) for x of shape (N, inputs); further axes of x are flattened.
type Dense struct {
	Weight, Bias *Tensor
	Activation   Activation
}

// NewDense has weights by Glorot's rule and a bias of zeros.
func NewDense(outputs, inputs int64, activation Activation) *Dense {
	return &Dense{Glorot(outputs, inputs), Must(Zeros(Float32, outputs)), activation}
}

// Call computes the output.
func (d *Dense) Call(x *Tensor) *Tensor {
	return d.Activation.of(Must(FullyConnected(x, d.Weight, &FullyConnectedOptions{Bias: d.Bias})))
}

// Weights gives the weight and the bias.
func (d *Dense) Weights() []Weight { return []Weight{{"weight", d.Weight}, {"bias", d.Bias}} }

// Conv2d is a convolution of images of shape (N, inputs, H, W) with square windows.
type Conv2d struct {
	Weight, Bias *Tensor
	Window, Pad  int64
	Activation   Activation
}

// NewConv2d has weights by Glorot's rule and a bias of zeros; `pad` zeros lie around the image.
func NewConv2d(outputs, inputs, window, pad int64, activation Activation) *Conv2d {
	return &Conv2d{Glorot(outputs, inputs, window, window), Must(Zeros(Float32, outputs)), window, pad, activation}
}

// Call computes the output.
func (l *Conv2d) Call(x *Tensor) *Tensor {
	options := &ConvolutionOptions{Bias: l.Bias, Kernel: []int64{l.Window, l.Window}, Pad: []int64{l.Pad, l.Pad}}
	return l.Activation.of(Must(Convolution(x, l.Weight, options)))
}

// Weights gives the weight and the bias.
func (l *Conv2d) Weights() []Weight { return []Weight{{"weight", l.Weight}, {"bias", l.Bias}} }

// LSTM is a long short-term memory: x of shape (T, N, inputs) to the hidden states (T, N, hidden).
type LSTM struct {
	hidden  int64
	weights []Weight
}

// NewLSTM has weights by Glorot's rule and biases of zeros.
func NewLSTM(hidden, inputs int64) *LSTM {
	return &LSTM{hidden, []Weight{
		{"i2h_weight", Glorot(4*hidden, inputs)}, {"h2h_weight", Glorot(4*hidden, hidden)},
		{"i2h_bias", Must(Zeros(Float32, 4*hidden))}, {"h2h_bias", Must(Zeros(Float32, 4*hidden))},
	}}
}

// Call computes the hidden states of all steps, from states of zeros.
func (l *LSTM) Call(x *Tensor) *Tensor {
	state := Must(Zeros(Float32, x.Shape()[1], l.hidden))
	w := l.weights
	return Must(Lstm(x, state, state, w[0].Array, w[1].Array, w[2].Array, w[3].Array, nil))[0]
}

// Weights gives the four weights.
func (l *LSTM) Weights() []Weight { return l.weights }

// Lambda is a function as a layer without weights.
type Lambda func(x *Tensor) *Tensor

// Call computes the output.
func (f Lambda) Call(x *Tensor) *Tensor { return f(x) }

// Weights gives none.
func (f Lambda) Weights() []Weight { return nil }

// Sequential is layers one behind the other, with names.
type Sequential struct {
	names  []string
	layers []Layer
}

// Add adds a layer behind the others; its weights are named `name.weight` and the like.
func (s *Sequential) Add(name string, layer Layer) *Sequential {
	s.names, s.layers = append(s.names, name), append(s.layers, layer)
	return s
}

// Call computes the output.
func (s *Sequential) Call(x *Tensor) *Tensor {
	for _, layer := range s.layers {
		x = layer.Call(x)
	}
	return x
}

// Weights gives all weights with their names.
func (s *Sequential) Weights() []Weight {
	out := []Weight{}
	for i, layer := range s.layers {
		for _, weight := range layer.Weights() {
			out = append(out, Weight{s.names[i] + "." + weight.Name, weight.Array})
		}
	}
	return out
}

// Arrays is the weights without their names.
func Arrays(weights []Weight) []*Tensor {
	out := make([]*Tensor, len(weights))
	for i, weight := range weights {
		out[i] = weight.Array
	}
	return out
}

func zerosLike(weights []*Tensor) []*Tensor {
	out := make([]*Tensor, len(weights))
	for i, x := range weights {
		out[i] = Must(Zeros(x.Dtype(), x.Shape()...))
	}
	return out
}

// SGD is gradient descent with momentum.
type SGD struct {
	Rate, Momentum      float64
	weights, velocities []*Tensor
}

// NewSGD updates these weights.
func NewSGD(weights []Weight, rate, momentum float64) *SGD {
	arrays := Arrays(weights)
	return &SGD{rate, momentum, arrays, zerosLike(arrays)}
}

// Step updates the weights by gradients in the same order.
func (s *SGD) Step(gradients []*Tensor) error {
	options := map[string]any{"momentum": s.Momentum}
	for i, weight := range s.weights {
		if _, err := Call("sgd_mom_update", []Operand{weight, gradients[i], s.velocities[i], s.Rate}, options, weight, s.velocities[i]); err != nil {
			return err
		}
	}
	return nil
}

// Adam is the optimizer of Kingma and Ba (2015).
type Adam struct {
	Rate                      float64
	steps                     int
	weights, means, variances []*Tensor
}

// NewAdam updates these weights.
func NewAdam(weights []Weight, rate float64) *Adam {
	arrays := Arrays(weights)
	return &Adam{rate, 0, arrays, zerosLike(arrays), zerosLike(arrays)}
}

// Step updates the weights by gradients in the same order.
func (a *Adam) Step(gradients []*Tensor) error {
	a.steps++
	n := float64(a.steps)
	// The operator leaves the correction of the running means' bias to the rate.
	rate := a.Rate * math.Sqrt(1-math.Pow(0.999, n)) / (1 - math.Pow(0.9, n))
	for i, weight := range a.weights {
		given := []Operand{weight, gradients[i], a.means[i], a.variances[i], rate}
		if _, err := Call("adam_update", given, nil, weight, a.means[i], a.variances[i]); err != nil {
			return err
		}
	}
	return nil
}
