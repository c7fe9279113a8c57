// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import java.lang.annotation.Annotation;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads what an enum constant says of itself in annotations. */
final class Said {
    private Said() {}

    /** The annotation of that type on {@code constant}, if it has one. */
    static <A extends Annotation> @Nullable A of(Object constant, Class<A> type) {
        Enum<?> one = (Enum<?>) constant;
        return Stream.of(one.getDeclaringClass().getDeclaredFields())
                .filter(field -> field.getName().equals(one.name()))
                .map(field -> field.getAnnotation(type))
                .filter(annotation -> annotation != null)
                .findFirst()
                .orElse(null);
    }

    /** As {@link #of}, for an annotation without which the constant is a mistake. */
    static <A extends Annotation> A require(Object constant, Class<A> type) {
        A annotation = of(constant, type);
        if (annotation == null) {
            throw new IllegalStateException(constant + " needs an annotation @" + type.getSimpleName());
        }
        return annotation;
    }
}
