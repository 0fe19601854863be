package domain

import "strings"

// plainLetters spells letters of Western European names without their accents.
var plainLetters = strings.NewReplacer(
	"à", "a", "á", "a", "â", "a", "ã", "a", "ä", "a", "å", "a", "æ", "ae", "ç", "c", "è", "e", "é", "e", "ê", "e", "ë", "e",
	"ì", "i", "í", "i", "î", "i", "ï", "i", "ñ", "n", "ò", "o", "ó", "o", "ô", "o", "õ", "o", "ö", "o", "ø", "o", "œ", "oe",
	"ß", "ss", "ù", "u", "ú", "u", "û", "u", "ü", "u", "ý", "y", "ÿ", "y",
)

// OrganizationCode proposes a code for a name: "Société Générale" gives
// societe-generale. Letters that no code may hold are left out, so the result
// can be too short to be one.
func OrganizationCode(name string) string {
	kept := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return -1
	}, plainLetters.Replace(Slug(name)))
	return strings.Trim(kept[:min(len(kept), 32)], "-")
}
