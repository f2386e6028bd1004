// What a call costs: nanoseconds of a run of a bound context and of an addition of four numbers; the
// best of many. The Rust binding's example `overhead` gives those of C.
package main

import (
	"fmt"
	"math"
	"os"
	"time"

	"weft"
)

func best(call func()) float64 {
	least := math.Inf(1)
	for batch := 0; batch < 300; batch++ {
		start := time.Now()
		for i := 0; i < 200; i++ {
			call()
		}
		least = math.Min(least, float64(time.Since(start).Nanoseconds())/200)
	}
	return least
}

func main() {
	context := weft.Must(weft.Must(weft.LoadModel(os.Args[1])).Context("forward"))
	weft.Must(weft.Input[float32](context, 0))
	x := weft.Must(weft.New([]float32{1, 2, 3, 4}))
	run := best(func() { weft.Check(context.Run()) })
	add := best(func() { weft.Must(weft.Add(x, x)).Release() })
	fmt.Printf("run %.1f ns; addition %.1f ns\n", run, add)
}
