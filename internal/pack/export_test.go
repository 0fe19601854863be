package pack

// What the tests of names look at from outside.
var (
	ASCIIName     = asciiName
	NameFault     = nameFault
	ComponentMost = componentMost
)

// NewPaths hands out paths for one pack.
func NewPaths() func(dir, prefix, name string) string { return paths{}.take }
