// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import java.util.ArrayList;
import java.util.List;

/**
 * Where in its dimensions a variant is looked at.
 *
 * @param dimensions one value per dimension of the race, in the race's order
 */
public record Place(List<Dimension> dimensions) {
    /** Whether {@code value} is one of its values. */
    public boolean is(Dimension value) {
        return dimensions.contains(value);
    }

    /**
     * Its value in the dimension {@code type}.
     *
     * @throws IllegalArgumentException if the race has no such dimension
     */
    public <D extends Enum<D> & Dimension> D the(Class<D> type) {
        for (Dimension dimension : dimensions) {
            if (type.isInstance(dimension)) {
                return type.cast(dimension);
            }
        }
        throw new IllegalArgumentException("no " + type.getSimpleName() + " in " + dimensions);
    }

    /** Every combination of one value of each axis, the last axis running fastest. */
    static List<Place> all(List<? extends List<? extends Dimension>> axes) {
        List<Place> places = List.of(new Place(List.of()));
        for (List<? extends Dimension> axis : axes) {
            List<Place> longer = new ArrayList<>();
            for (Place place : places) {
                for (Dimension value : axis) {
                    longer.add(place.and(value));
                }
            }
            places = longer;
        }
        return places;
    }

    private Place and(Dimension value) {
        List<Dimension> longer = new ArrayList<>(dimensions);
        longer.add(value);
        return new Place(List.copyOf(longer));
    }
}
