// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import java.util.ArrayList;
import java.util.List;
import pagerace.mm.Kernel;
import pagerace.mm.op.GupFast;
import pagerace.mm.op.Linux;

/**
 * A race of the catalogue: its texts are its {@link Race.Head}, its outcomes and variants two enums. A subclass names them, and is
 * otherwise its enums and its scenario.
 */
public abstract class CatalogueRace implements Race {
    /**
     * The present kernel for a race in which it is no matter what may be pinned: its GUP-fast is that of 6.1 to 6.4, which does not
     * ask, for an answer that is always yes costs a read of the folio's mapping.
     */
    protected static final Kernel PRESENT = Linux.MAINLINE.with(GupFast.Step.class, Linux.V6_1);

    private final List<Outcome> outcomes;
    private final List<Listed> variants;
    private final List<List<? extends Dimension>> dimensions;

    /**
     * A race of these parts.
     *
     * @param outcomes every outcome that the judge can return, in the order in which tables show them
     * @param variants every variant, in that order, too: mutants beside or behind what they mutate
     * @param dimensions the values of each dimension, in the order in which keys name them
     * @throws IllegalArgumentException if a row names a value of none of them
     * @throws IllegalStateException if the class has no {@link Race.Head}
     */
    @SafeVarargs
    protected CatalogueRace(Outcome[] outcomes, Listed[] variants, List<? extends Dimension>... dimensions) {
        this.outcomes = List.of(outcomes);
        this.variants = List.of(variants);
        List<List<? extends Dimension>> axes = new ArrayList<>();
        for (List<? extends Dimension> axis : dimensions) {
            axes.add(axis);
        }
        this.dimensions = List.copyOf(axes);
        Race.headOf(getClass()); // a race without one is noticed here, not where its texts are printed
        for (Listed variant : variants) {
            variant.row().places().stream()
                    .flatMap(List::stream)
                    .filter(value -> axes.stream().noneMatch(axis -> axis.contains(value)))
                    .forEach(value -> {
                        throw new IllegalArgumentException(getClass().getSimpleName() + "/" + variant.name()
                                + " speaks of " + value.name() + ", which no place of its race has");
                    });
        }
    }

    @Override
    public final List<? extends Outcome> outcomes() {
        return outcomes;
    }

    @Override
    public final List<? extends Candidate> variants() {
        return variants;
    }

    @Override
    public final List<List<? extends Dimension>> dimensions() {
        return dimensions;
    }

    @Override
    public final Candidate unfixed(Candidate variant) {
        Candidate named = variant instanceof Listed listed ? listed.unfixed() : null;
        return named == null ? variants.get(0) : named;
    }
}
