// Classifies an image by a .weft file: `classify digits.weft < 64 numbers`.
package main

import (
	"fmt"
	"io"
	"log"
	"os"
	"strconv"
	"strings"

	"weft"
)

func main() {
	err := weft.Try(func() {
		text := string(weft.Must(io.ReadAll(os.Stdin)))
		context := weft.Must(weft.Must(weft.LoadModel(os.Args[1])).Context("forward"))
		// The file was made for a batch; the image is its first row.
		images := weft.Must(weft.Input[float32](context, 0))
		for i, ink := range strings.FieldsFunc(text, func(c rune) bool { return c == ',' || c <= ' ' })[:64] {
			images[i] = float32(weft.Must(strconv.Atoi(ink))) / 16
		}
		weft.Check(context.Run())
		scores := weft.Must(weft.Output[float32](context, 0))[:10]
		best := 0
		for digit, score := range scores {
			if score > scores[best] {
				best = digit
			}
		}
		fmt.Println(best)
	})
	if err != nil {
		log.Fatal(err)
	}
}
