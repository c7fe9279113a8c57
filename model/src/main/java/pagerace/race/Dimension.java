// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import static java.lang.annotation.ElementType.FIELD;
import static java.lang.annotation.ElementType.TYPE;
import static java.lang.annotation.RetentionPolicy.RUNTIME;

import java.lang.annotation.Retention;
import java.lang.annotation.Target;
import java.util.Locale;

/**
 * One choice that is part of a point's identity without being part of the fix: the kind of pin, the size of the folio, the
 * platform. A constant of an enum that is annotated {@link Called}; each constant is annotated {@link Means}.
 */
public interface Dimension {
    /** On the enum. */
    @Retention(RUNTIME)
    @Target(TYPE)
    @interface Called {
        /** The name of the dimension in reports: {@code folio}. */
        String value();
    }

    /** On a constant. */
    @Retention(RUNTIME)
    @Target(FIELD)
    @interface Means {
        /** The choice in words, without a full stop. */
        String value();
    }

    /** The enum constant's name. */
    String name();

    /** The name of the dimension in reports: {@code folio}. */
    default String dimension() {
        Called called = ((Enum<?>) this).getDeclaringClass().getAnnotation(Called.class);
        if (called == null) {
            throw new IllegalStateException(getClass() + " needs an annotation @Called");
        }
        return called.value();
    }

    /** The value as it stands in a point's key: {@code FIRST_PIN} is {@code first-pin}. */
    default String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The value in words, for explanations. */
    default String sentence() {
        return Said.require(this, Means.class).value();
    }
}
