// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

/**
 * A variant of which it was found out that its actors can deadlock.
 *
 * @param variant the variant
 */
record Deadlocking(Variant variant) implements Variant {
    @Override
    public String name() {
        return variant.name();
    }

    @Override
    public Origin origin() {
        return variant.origin();
    }

    @Override
    public boolean isOwn() {
        return variant.isOwn();
    }

    @Override
    public boolean deadlocks() {
        return true;
    }
}
