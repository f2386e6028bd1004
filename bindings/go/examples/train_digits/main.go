// Trains a small convolutional network on handwritten digits, saves it, loads the file and counts.
//
//	gunzip -kc ../../examples/digits/data/digits.csv.gz > digits.csv
//	go run ./examples/train_digits digits.csv 12 0.97
//
// A line of digits.csv has 64 counts of ink from 0 to 16 and the digit. Every fifth line is held out:
// prints the accuracy on those, and fails if it is below the last argument.
package main

import (
	"encoding/csv"
	"fmt"
	"log"
	"os"
	"strconv"

	"weft"
)

const batch = 64

type digits struct {
	images []float32
	labels []int64
}

func load(path string) (train, heldOut digits) {
	file := weft.Must(os.Open(path))
	defer file.Close()
	for line, row := range weft.Must(csv.NewReader(file).ReadAll()) {
		part := &train
		if line%5 == 4 {
			part = &heldOut
		}
		for _, ink := range row[:64] {
			part.images = append(part.images, float32(weft.Must(strconv.Atoi(ink)))/16)
		}
		part.labels = append(part.labels, int64(weft.Must(strconv.Atoi(row[64]))))
	}
	return train, heldOut
}

func network() *weft.Sequential {
	half := &weft.PoolingOptions{Kernel: []int64{2, 2}, Stride: []int64{2, 2}}
	return new(weft.Sequential).
		Add("conv1", weft.NewConv2d(16, 1, 3, 1, weft.Relu)).
		Add("conv2", weft.NewConv2d(32, 16, 3, 1, weft.Relu)).
		Add("pool", weft.Lambda(func(x *weft.Tensor) *weft.Tensor { return weft.Must(weft.Pooling(x, half)) })).
		Add("dense1", weft.NewDense(64, 32*16, weft.Relu)).
		Add("dense2", weft.NewDense(10, 64, nil))
}

func trainAndCount(path string, epochs int) (accuracy float64) {
	train, heldOut := load(path)
	weft.Check(weft.Seed(0))
	net := network()
	weights := weft.Arrays(net.Weights())
	adam := weft.NewAdam(net.Weights(), 0.002)

	// A step is one planned graph from images and labels to the slopes.
	slopes := weft.Must(weft.Trace(func(in []*weft.Tensor) ([]*weft.Tensor, error) {
		var loss *weft.Tensor
		err := weft.Try(func() {
			weft.Record(func() {
				loss = weft.Must(weft.Mean(weft.Must(weft.SoftmaxCrossEntropy(net.Call(in[0]), in[1], nil)), nil))
			})
		})
		if err != nil {
			return nil, err
		}
		return weft.Grad(loss, weights, false)
	}, weft.Must(weft.Zeros(weft.Float32, batch, 1, 8, 8)), weft.Must(weft.Zeros(weft.Int64, batch))))

	count := int64(len(train.labels))
	images, labels := weft.Must(weft.New(train.images, count, 1, 8, 8)), weft.Must(weft.New(train.labels))
	rows := &weft.TakeOptions{Axis: weft.P(int64(0))}
	for epoch := 0; epoch < epochs; epoch++ {
		order := weft.Must(weft.Permutation(count))
		for start := int64(0); start+batch <= count; start += batch {
			chosen := weft.Must(order.Part(0, start, start+batch))
			x, y := weft.Must(weft.Take(images, chosen, rows)), weft.Must(weft.Take(labels, chosen, rows))
			weft.Check(adam.Step(weft.Must(slopes.Call(x, y))))
		}
	}

	example := weft.Must(weft.Zeros(weft.Float32, int64(len(heldOut.labels)), 1, 8, 8))
	forward := weft.Must(weft.Trace(func(in []*weft.Tensor) (out []*weft.Tensor, err error) {
		err = weft.Try(func() { out = []*weft.Tensor{net.Call(in[0])} })
		return out, err
	}, example))
	writer := weft.Must(weft.NewWriter())
	weft.Check(writer.Add("forward", forward, []string{"images"}, []string{"scores"}, net.Weights()))
	weft.Check(writer.Save("digits.weft"))

	context := weft.Must(weft.Must(weft.LoadModel("digits.weft")).Context("forward"))
	weft.Check(weft.SetInput(context, 0, heldOut.images))
	weft.Check(context.Run())
	scores := weft.Must(weft.Output[float32](context, 0))
	right := 0
	for i, label := range heldOut.labels {
		best := 0
		for digit := range scores[10*i : 10*i+10] {
			if scores[10*i+digit] > scores[10*i+best] {
				best = digit
			}
		}
		if int64(best) == label {
			right++
		}
	}
	return float64(right) / float64(len(heldOut.labels))
}

func main() {
	if len(os.Args) != 4 {
		log.Fatal("usage: train_digits digits.csv epochs wanted")
	}
	var accuracy float64
	err := weft.Try(func() { accuracy = trainAndCount(os.Args[1], weft.Must(strconv.Atoi(os.Args[2]))) })
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.4f\n", accuracy)
	if wanted, _ := strconv.ParseFloat(os.Args[3], 64); accuracy < wanted {
		os.Exit(1)
	}
}
