/// What a workspace has given names and versions: data, models and environments alike. What a
/// version is made of means nothing here; who reads it knows. [ebb.app.asset.VersionedAssets]
/// first.
@NullMarked
package ebb.app.asset;

import org.jspecify.annotations.NullMarked;
