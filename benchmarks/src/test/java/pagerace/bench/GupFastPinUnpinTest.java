// SPDX-License-Identifier: Apache-2.0
package pagerace.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jmh.annotations.Param;
import pagerace.race.GupFastVsFork;
import pagerace.race.Race;
import pagerace.race.Variant;

/** The benchmark prices what it says: a pin that is really taken and really given back, in every variant. */
class GupFastPinUnpinTest {
    private static GupFastPinUnpin benchmark(String variant, String size) {
        GupFastPinUnpin benchmark = new GupFastPinUnpin();
        benchmark.variant = variant;
        benchmark.size = size;
        benchmark.setUp();
        return benchmark;
    }

    private static List<String> variantParameters() throws NoSuchFieldException {
        return List.of(GupFastPinUnpin.class
                .getField("variant")
                .getAnnotation(Param.class)
                .value());
    }

    static Stream<Arguments> everyVariant() throws NoSuchFieldException {
        return variantParameters().stream()
                .flatMap(variant -> Stream.of("SMALL", "LARGE").map(size -> Arguments.of(variant, size)));
    }

    @Test
    void everyVariantThatIsNoMutantHasItsPrice() throws NoSuchFieldException {
        Race race = new GupFastVsFork();
        List<String> variants = race.variants().stream()
                .filter(variant -> variant.kind() != Variant.Kind.MUTANT)
                .map(Variant::name)
                .toList();
        assertThat(variantParameters()).containsExactlyElementsOf(variants);
    }

    @ParameterizedTest
    @MethodSource("everyVariant")
    void everyBodyPinsAndUnpins(String variant, String size) {
        GupFastPinUnpin benchmark = benchmark(variant, size);
        for (int i = 0; i < 10; i++) {
            assertThat(benchmark.model()).as("page pinned by the model").isEqualTo(1);
            assertThat(benchmark.words()).as("page pinned on words").isEqualTo(1);
            assertThat(benchmark.raw()).as("page pinned by the floor").isEqualTo(1);
        }
        for (Pinner pinner : benchmark.pinners()) {
            assertThat(pinner.refcount()).as("references left").isEqualTo(1);
            assertThat(pinner.pincount()).as("pins left").isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("everyVariant")
    void inBetweenThePageIsPinned(String variant, String size) {
        GupFastPinUnpin benchmark = benchmark(variant, size);
        boolean large = size.equals("LARGE");
        for (Pinner pinner : benchmark.pinners()) {
            int pfn = pinner.pin();
            assertThat(pfn).isEqualTo(1);
            assertThat(pinner.refcount()).as("references").isEqualTo(large ? 2 : 1 + 1024);
            assertThat(pinner.pincount()).as("pins of a large folio").isEqualTo(large ? 1 : 0);
            pinner.unpin(pfn);
            assertThat(pinner.refcount()).isEqualTo(1);
            assertThat(pinner.pincount()).isZero();
        }
    }
}
