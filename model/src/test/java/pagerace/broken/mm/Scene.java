// SPDX-License-Identifier: Apache-2.0
package pagerace.broken.mm;

/** Set up by its name. */
public final class Scene {
    int made;
}
