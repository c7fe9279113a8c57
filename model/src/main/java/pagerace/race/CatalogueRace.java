// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import java.util.ArrayList;
import java.util.List;

/**
 * A race of the catalogue: its texts are its {@link Race.Head}, its outcomes and variants two enums. A subclass names them, and is
 * otherwise its enums and its scenario.
 */
public abstract class CatalogueRace implements Race {
    private final List<Outcome> outcomes;
    private final List<Listed> variants;
    private final List<List<? extends Dimension>> dimensions;

    /**
     * A race of these parts.
     *
     * @param outcomes every outcome that the judge can return, in the order in which tables show them
     * @param variants every variant, in that order, too: mutants beside or behind what they mutate
     * @param dimensions the values of each dimension, in the order in which keys name them
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
