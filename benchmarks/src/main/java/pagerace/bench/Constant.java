// SPDX-License-Identifier: Apache-2.0
package pagerace.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.util.function.LongSupplier;

/**
 * An operation that the compiler of the JVM knows as a constant: each has a class of its own, made of this one.
 *
 * <p>Started with {@link Effort#JVM}, which trusts final fields, C2 then knows the operation's steps and structures as a kernel's
 * compiler does: what a variant does not do leaves no instruction. One thing it knows that no kernel's compiler can: which address
 * space it is. What is too large to be inlined it shares with all variants, and knows nothing of.
 */
final class Constant implements LongSupplier {
    private static final LongSupplier OPERATION;

    static {
        try {
            LongSupplier given = MethodHandles.classData(MethodHandles.lookup(), "_", LongSupplier.class);
            OPERATION = given == null ? () -> 0 : given; // nothing was given to the template itself, which never runs
        } catch (IllegalAccessException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** A class of its own for {@code operation}. */
    static LongSupplier of(LongSupplier operation) {
        MethodHandles.Lookup lookup = MethodHandles.lookup();
        try (InputStream template = Constant.class.getResourceAsStream("Constant.class")) {
            return lookup.defineHiddenClassWithClassData(template.readAllBytes(), operation, true)
                    .lookupClass()
                    .asSubclass(LongSupplier.class)
                    .getDeclaredConstructor()
                    .newInstance();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public long getAsLong() {
        return OPERATION.getAsLong();
    }
}
