// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import pagerace.explore.Access.Kind;
import pagerace.machine.Order;

/**
 * One thing that the actors do without: a fence is left out, an acquire, release or fully ordered access has no order, or an
 * operation does not take a lock and so does not give it back either. It is named by the access and its place in the model
 * code, so two actors that run the same code both do without it.
 */
final class Weakening {
    private final Kind kind;
    private final int location;
    private final Order order;
    private final String site;

    private Weakening(Access access) {
        kind = access.kind() == Kind.TRY_ACQUIRE_WHEN_CLEAR ? Kind.ACQUIRE_WHEN_CLEAR : access.kind();
        location = access.location();
        order = access.order();
        // A lock goes with all of its operation: who does not take it must not give it back.
        String where = access.site().toString();
        site = isLocking() ? operation(where) : where;
    }

    /** What actors could do without at {@code access}; null if nothing, since the access orders nothing. */
    static @Nullable Weakening of(Access access) {
        boolean orders = access.kind().isFence() || access.order() != Order.RELAXED;
        return orders ? new Weakening(access) : null;
    }

    private boolean isLocking() {
        return kind == Kind.ACQUIRE_WHEN_CLEAR;
    }

    /** Whether the access that model code asks for now does not happen. */
    boolean drops(Access asked) {
        if (kind.isFence()) {
            return asked.kind() == kind && isHere();
        }
        boolean locks = asked.kind() == Kind.ACQUIRE_WHEN_CLEAR || asked.kind() == Kind.TRY_ACQUIRE_WHEN_CLEAR;
        boolean unlocks = asked.order() == Order.RELEASE;
        return isLocking()
                && asked.location() == location
                && (locks || unlocks)
                && operation(Site.here().toString()).equals(site);
    }

    /** Whether the access that model code asks for now has no order. */
    boolean relaxes(Access asked) {
        return !isLocking()
                && asked.kind() == kind
                && asked.location() == location
                && asked.order() == order
                && !kind.isFence()
                && isHere();
    }

    private boolean isHere() {
        return Site.here().toString().equals(site);
    }

    private static String operation(String site) {
        return site.substring(0, site.indexOf('.'));
    }

    /** In words, for instance {@code smp_rmb at GupFast.grab:151}. */
    String inWords(List<String> words) {
        if (kind.isFence()) {
            return kind.fence() + " at " + site;
        }
        if (isLocking()) {
            return "the lock " + words.get(location) + " in " + site;
        }
        return order.name().toLowerCase(Locale.ROOT) + " order of the "
                + kind.name().toLowerCase(Locale.ROOT) + " of " + words.get(location) + " at " + site;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Weakening that
                && kind == that.kind
                && location == that.location
                && order == that.order
                && site.equals(that.site);
    }

    @Override
    public int hashCode() {
        return Objects.hash(kind, location, order, site);
    }
}
