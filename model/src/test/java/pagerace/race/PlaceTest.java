// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class PlaceTest {
    enum Size implements Dimension {
        SMALL,
        LARGE
    }

    enum Side implements Dimension {
        LEFT,
        RIGHT,
        /** A constant with a body is of a class of its own. */
        BOTH {}
    }

    private static Place place(Dimension... values) {
        return new Place(List.of(values));
    }

    @Test
    void hasOneValuePerDimension() {
        Place place = place(Size.LARGE, Side.LEFT);
        assertThat(place.is(Size.LARGE)).isTrue();
        assertThat(place.is(Side.LEFT)).isTrue();
        assertThat(place.is(Size.SMALL)).isFalse();
        assertThat(place.the(Size.class)).isEqualTo(Size.LARGE);
        assertThat(place.the(Side.class)).isEqualTo(Side.LEFT);
        assertThat(place(Side.BOTH).the(Side.class)).isEqualTo(Side.BOTH);
        Place without = place(Size.LARGE);
        assertThatThrownBy(() -> without.the(Side.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Side")
                .hasMessageContaining("LARGE");
    }

    @Test
    void thereAreAsManyAsCombinationsAndTheLastAxisRunsFastest() {
        assertThat(Place.all(List.of(List.of(Size.values()), List.of(Side.LEFT, Side.RIGHT))))
                .containsExactly(
                        place(Size.SMALL, Side.LEFT),
                        place(Size.SMALL, Side.RIGHT),
                        place(Size.LARGE, Side.LEFT),
                        place(Size.LARGE, Side.RIGHT));
        assertThat(Place.all(List.of(List.of(Side.RIGHT)))).containsExactly(place(Side.RIGHT));
        assertThat(Place.all(List.of())).as("a race without dimensions").containsExactly(place());
        assertThat(Place.all(List.of(List.of(Size.values()), List.of()))).isEmpty();
    }
}
