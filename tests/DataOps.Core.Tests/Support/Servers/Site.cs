namespace DataOps.Core.Tests.Support.Servers;

/// <summary>The databases that tests start from.</summary>
public enum Site
{
    /// <summary>The project's own sample site, healthy.</summary>
    Sample,

    /// <summary>The sample site after samples/site/damage.sql.</summary>
    SampleDamaged,

    /// <summary>The sample site's schema without a row.</summary>
    SampleEmpty,

    /// <summary>The bakery demo; from ../shared/data, as all that follow.</summary>
    Bakery,

    /// <summary>The bakery demo with nineteen kinds of damage.</summary>
    Damaged,

    /// <summary>The bakery's schema, freshly migrated.</summary>
    Fresh,

    /// <summary>The bakery's schema without a row.</summary>
    BakeryEmpty,

    /// <summary>The polls project of feincms3-data.</summary>
    Polls,

    /// <summary>The bakery filled up by scale.sql, small; needs psql.</summary>
    Scale,

    /// <summary>The Django project of tests/django, freshly migrated; needs Debian's Django.</summary>
    Django,

    /// <summary>The same with thousands of random rows.</summary>
    DjangoFilled,
}
