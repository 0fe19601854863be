package views_test

import (
	"testing"

	"relier/internal/domain"
	"relier/internal/i18n"
	"relier/views"
)

// What is only listed proves nothing: the preview counts it apart.
func TestPackPreview_CountsWhatIsVerifiedAndObtained(t *testing.T) {
	t.Parallel()
	v := views.PackPreview{Contents: domain.PackContents{
		Certificates: []domain.PackCertificate{{Certificate: domain.Certificate{State: domain.CertificateVerified}}, {}, {}},
		Reports:      []domain.PackReport{{Report: domain.Report{ObtainedOn: 1}}, {}},
	}}
	for l, want := range map[*i18n.Localizer]string{
		en: "Services: 0; certificates verified: 1 of 3 listed; reports obtained: 1 of 2 listed",
		fr: "Services : 0 ; certificats vérifiés : 1 sur 3 listés ; rapports obtenus : 1 sur 2 listés",
	} {
		says(t, render(t, views.PackPreviewPage(views.Page{L: l}, v)), "[aria-labelledby=holds] dd:contains(list)", want)
	}
}
