package domain_test

import (
	"fmt"
	"runtime"
	"sync"
	"testing"

	"relier/internal/domain"
)

// BenchmarkReliance_1000x40x60 evaluates every control × service of a large
// engagement: 1,000 controls, 40 services, 60 certificates, on all cores.
func BenchmarkReliance_1000x40x60(b *testing.B) {
	const controls, services, certificates = 1000, 40, 60
	base := sound()
	rows := crosswalkRows()
	codes := []string{"A.7.1", "A.5.1", "A.5.7", "A.8.8", "A.5.23"}
	var held []domain.Certificate
	for i := range certificates {
		c := base.Certificates[0]
		c.ID, c.Number = domain.CertificateID(i+1), fmt.Sprintf("C-%d", i)
		c.Names = []domain.Named{{Service: fmt.Sprintf("service-%d", i%services), Environment: domain.EnvPublic}, {Service: fmt.Sprintf("service-%d", i*7%services), Environment: domain.EnvPublic}}
		if i%6 == 0 {
			c.Edition = domain.Edition2013
		}
		held = append(held, c)
	}
	own := make([]domain.OwnFacts, controls)
	for i := range own {
		own[i] = base.OwnFacts
		own[i].Requirements = []domain.ControlRequirement{{Ref: ref22(codes[i%len(codes)])}, {Ref: ref22(codes[i*3%len(codes)]), Partial: i%4 == 0}}
		own[i].Reliance.State = append(domain.RelianceStates, "")[i%6]
	}
	named := func(i int) []domain.Named {
		return []domain.Named{{Service: fmt.Sprintf("service-%d", i), Environment: domain.EnvPublic}}
	}
	b.ReportAllocs()
	for b.Loop() {
		examined := make([]*domain.Examination, services)
		for i := range examined {
			f := base.ProviderFacts
			f.Service.ID, f.Service.Key, f.Certificates, f.Crosswalk = domain.ServiceID(i), fmt.Sprintf("service-%d", i), held, domain.NewCrosswalk(rows, nil)
			f.Reports = []domain.Report{f.Reports[0], f.Reports[1]}
			f.Reports[0].Names, f.Reports[1].Names = named(i), named(i)
			examined[i] = domain.Examine(f)
		}
		var done sync.WaitGroup
		for part := range runtime.NumCPU() {
			done.Go(func() {
				for i := part; i < controls; i += runtime.NumCPU() {
					for _, x := range examined {
						x.Verdict(own[i])
					}
				}
			})
		}
		done.Wait()
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/engagement")
}
